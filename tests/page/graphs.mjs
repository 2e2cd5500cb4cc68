// What the tests play: the gallery, and graphs that are hard on a page.
import { readFileSync, readdirSync } from 'node:fs';

export const gallery = new URL('../../docs/gallery/', import.meta.url).pathname;

// A script of the gallery without its last line, which writes the page.
function fromGallery(file) {
    const [, text, root] = readFileSync(gallery + file, 'utf8').match(/^([^]*)\ngraph (\w+) \S+\n$/);
    return {name: file.replace('.bs', ''), text, root};
}

export const shown = readdirSync(gallery).filter(file => file.endsWith('.bs')).map(fromGallery);

export const hard = [
    {name: 'leaf', text: 'a = 2', root: 'a'},
    {name: 'constants', text: 'x = 3; y = 2*x**2 - 4/x + 1', root: 'y'},
    {name: 'not-finite', text: 'x = 0; y = log(x); z = y*0; w = 1e308*10 - y; L = z + w', root: 'L'},
    {name: 'scripts', text: 'η = 2; متغير = 3; 変数 = 4; é = 5; L = η*متغير + 変数/é', root: 'L'},
    {name: 'long-numbers', text: 'x = -1234.5; y = x*-100000.5; z = 1e-7*x + 3*y - 4*x**3', root: 'z'},
    {name: 'partial-sums', text: 'x = 123.4; a = x*0.3333; b = x*-27.7777; c = x*1e-5; L = a*b + c*x',
     root: 'L'},
    {name: 'named-as-words', text: 'value = 2; grad = 3; constant = 4; L = value*grad + constant*grad',
     root: 'L'},
    {name: 'long-names', text: 'the_first_of_two_inputs = 2; b = the_first_of_two_inputs + 1; ' +
        'the_output_of_it_all = b*the_first_of_two_inputs', root: 'the_output_of_it_all'},
    {name: 'arrays', text: 'X = [[1, 2], [3, 4]]; param w = [0.5, -1]; L = sum(tanh(X @ w))', root: 'L'},
    {name: 'held', text: 'a = 2; b = 3; L = a*b; backward L; backward L; a.data = 5', root: 'L'},
    {name: 'chain', text: `x = 0.5; y = ${'tanh('.repeat(40)}x${')'.repeat(40)}`, root: 'y'},
];
