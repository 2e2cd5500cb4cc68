// In the worker that has Graphviz (viz-global.js, which is before this): DOT to SVG.
//
// This Graphviz has no fonts: it knows the widths of a few families by their exact names, DejaVu Sans
// among them, and counts the bytes of what is not ASCII. So it is told one name only, and gets the
// list back afterwards; and for a picture that no page sets anew it lays out a second time, each such
// sign replaced by an ASCII sign about as wide, and gets the words of the first time.

/* global Viz */

const FONTS = /fontname="(DejaVu Sans)[^"]*"/g;
const ALIKE = [['−', '+'], ['×', '+'], ['÷', '+'], ['∂', 'o'], ['·', '.'], ['…', '...'], ['σ', 'o'],
    ['√', 'v'], ['²', 'r'], ['&#160;', '.'], ['\u00a0', '.']];

function plain(dot) {
    return ALIKE.reduce((text, [sign, other]) => text.replaceAll(sign, other), dot);
}

const WORDS = /(<text [^>]*>)([^<]*)(<\/text>)/g;

// The words of one drawing in the places of another.
function withWordsOf(svg, other) {
    const words = [...other.matchAll(WORDS)].map(match => match[2]);
    let i = 0;
    const count = [...svg.matchAll(WORDS)].length;
    return count !== words.length ? other
        : svg.replace(WORDS, (whole, open, text, close) => open + words[i++] + close);
}

function fonts(dot) {
    const list = FONTS.exec(dot)?.[0].slice(10, -1) ?? 'DejaVu Sans';
    FONTS.lastIndex = 0;
    return list;
}

Viz.instance().then(graphviz => {
    const lay = dot => {
        const {status, output, errors} = graphviz.render(dot, {format: 'svg'});
        if (status !== 'success') {
            throw new Error(errors[0]?.message ?? 'there is no layout');
        }
        return output;
    };
    onmessage = ({data: {number, dot, alone}}) => {
        try {
            const list = fonts(dot), named = dot.replace(FONTS, 'fontname="$1"');
            const first = lay(named);
            const svg = alone ? withWordsOf(lay(plain(named)), first) : first;
            postMessage({number, svg: svg.replaceAll('font-family="DejaVu Sans"',
                                                     `font-family="${list}"`)});
        } catch (error) {
            postMessage({number, trouble: error.message});
        }
    };
    postMessage({ready: true});
}).catch(error => postMessage({trouble: error.message}));
