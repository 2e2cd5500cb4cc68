// The panel of files and links: what can be taken along, what can be brought in, and where things are
// kept.

import { find, html } from '../page/dom.js';

const button = (words, act, classes = '') => {
    const element = html('button', {type: 'button', class: classes}, words);
    element.addEventListener('click', act);
    return element;
};

const group = (title, ...children) => html('section', {}, html('h3', {}, title), ...children);
const row = (...children) => html('div', {class: 'buttons wrap'}, ...children);
const note = words => html('p', {class: 'muted'}, words);

export class Panel {
    // act has type(text), fill(text), bring(files), root() → name of the output or undefined,
    // own() → names of files, shipped() → names, keeps() → flag, online() → flag
    constructor(act) {
        this.act = act;
        this.dialog = find('files');
        this.chosen = html('input', {type: 'file', multiple: '', class: 'hidden', tabindex: '-1',
                                     'aria-hidden': 'true'});
        this.chosen.addEventListener('change', () => {
            this.dialog.close();
            this.act.bring([...this.chosen.files]);
            this.chosen.value = '';
        });
        this.dialog.append(this.chosen);
        find('more').addEventListener('click', () => this.open());
        this.dialog.addEventListener('click', event => {
            if (event.target === this.dialog) {
                this.dialog.close();
            }
        });
    }

    async open() {
        const {act} = this, root = act.root();
        const typed = text => () => {
            this.dialog.close();
            act.type(text);
        };
        const load = name => button(name, () => {
            this.dialog.close();
            act.fill(/\.csv$/.test(name) ? `D = load_csv("${name}")`
                : /\.md$/.test(name) ? `lesson "${name}"` : `load ${name}`);
        }, 'offer');
        const shipped = (await act.shipped()).filter(name => /\.csv$/.test(name));
        find('files-body').replaceChildren(
            group('This session', row(
                button('Make a link', typed('share')),
                button('Save it', typed('save session.bs')),
                button('Open a file …', () => this.chosen.click())),
                note('A file can be dropped onto the page too: data (.csv), a session (.bs), a lesson ' +
                     'of your own (.md), or progress that was exported.')),
            ...(root === undefined ? [] : [group(`The picture of ${root}`, row(
                ...['svg', 'png', 'dot'].map(form => button(`.${form}`, typed(`graph ${root} ${root}.${form}`))),
                button('A page that plays it', typed(`graph ${root} ${root}.html`))))]),
            group('Data', row(...[...shipped, ...act.own()].map(load))),
            group('Progress', row(button('Export', typed('progress export progress.txt')),
                                  button('Import …', () => this.chosen.click())),
                  note(act.keeps() ? 'It is kept in this browser, on this device' +
                      (location.protocol === 'file:'
                          ? ', where every page that was opened as a file can read it.' : '.')
                      : 'Nothing can be kept here: this page may not store anything. Export it before ' +
                        'you leave.')),
            ...(act.online() ? [group('This page', html('p', {},
                html('a', {href: 'backstep.html', download: 'backstep.html'}, 'All of it in one file'),
                ', to open without a network.'))] : []));
        this.dialog.showModal();
    }
}
