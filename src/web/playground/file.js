// What a session wants of files: those that come along, those that were dropped onto the page, those
// it wrote itself; and downloads, which is all that writing can be here.

import { vector } from '../page/dom.js';
import { compressed } from './link.js';
import { plot } from './plot.js';

const MOST = 256 * 1024 * 1024;  // bytes of a file that is read, as at the prompt
const PIXELS = 6000;             // along one side of a picture

const nameOf = path => path.replace(/^.*[/\\]/, '');
const refuse = (message, hint = '') => ({refusal: {message, hint}});
const encoder = new TextEncoder();

export function download(name, content, type = 'text/plain') {
    const address = URL.createObjectURL(new Blob([content], {type}));
    const link = document.createElement('a');
    link.href = address;
    link.download = nameOf(name);
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
}

// ---- Pictures -----------------------------------------------------------------------------------

// The style that the page's sheet gives a plot, for one that stands alone.
const PLOT_STYLE = `text { font: 12px "DejaVu Sans", Verdana, sans-serif; fill: #404040; }
.plot-grid { stroke: #e2e2e6; } .plot-zero { stroke: #8a8a8a; }
.plot-curve { fill: none; stroke-width: 2; } .plot-key line { stroke-width: 3; }
.curve0 { stroke: #6a3fb8; } .curve1 { stroke: #c93f28; } .curve2 { stroke: #00548a; }
.curve3 { stroke: #1a6b35; } .curve4 { stroke: #8a6d12; } .curve5 { stroke: #595959; }
.plot-key text { stroke: none; }
.map0, .point0 { fill: #c93f28; } .map1, .point1 { fill: #00548a; } .map2, .point2 { fill: #1a6b35; }
.map3, .point3 { fill: #8a6d12; } .map4, .point4 { fill: #6a3fb8; } .map5, .point5 { fill: #595959; }
circle { stroke: #ffffff; } circle.wrong { stroke: #1a1a1a; stroke-width: 2; }`;

function plotAlone(record) {
    const svg = plot(record), [, , width, height] = svg.getAttribute('viewBox').split(' ');
    svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
    svg.setAttribute('width', width);
    svg.setAttribute('height', height);
    svg.prepend(vector('rect', {width, height, fill: '#ffffff'}));
    // The style goes in as text: the page's policy lets no element have one.
    return new XMLSerializer().serializeToString(svg).replace('>', `><style>${PLOT_STYLE}</style>`);
}

// Width and height in pixels of an SVG that gives them in points (pt) or pixels.
function sizeOf(text) {
    const [open] = text.match(/<svg[^>]*>/);
    return ['width', 'height'].map(name => {
        const [, size, unit] = open.match(new RegExp(`\\b${name}="([\\d.]+)(pt)?`));
        return Number(size) * (unit === 'pt' ? 4 / 3 : 1);
    });
}

async function toPng(text, scale) {
    const [width, height] = sizeOf(text);
    const by = Math.min(scale, PIXELS / width, PIXELS / height);
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(width * by));
    canvas.height = Math.max(1, Math.round(height * by));
    const pen = canvas.getContext('2d');
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve, reject) => canvas.toBlob(
        blob => blob === null ? reject(new Error('the picture is too large')) : resolve(blob),
        'image/png'));
}

// JSON inside a script element, as src/host/picture/page.c writes it.
const inScript = value => JSON.stringify(value).replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');

function player(template, svg, all) {
    const [before, rest] = template.split('<!-- picture -->');
    const [between, after] = rest.split('/* records */');
    const records = all.filter(record => record !== undefined).map(inScript);
    return before + svg.slice(Math.max(0, svg.indexOf('<svg'))) + between +
           `[\n${records.join(',\n')}\n]` + after;
}

// ---- Needs --------------------------------------------------------------------------------------

export class Files {
    own = new Map();  // name → bytes: dropped, or written here

    // act has draw(dot, alone) → SVG, shipped() → {name: text}, player() → the page's text, and
    // said(text), which tells about a download
    constructor(act) {
        this.act = act;
    }

    async add(file) {
        if (file.size > MOST) {
            throw new Error(`${file.name} has more than 256 MB`);
        }
        const bytes = new Uint8Array(await file.arrayBuffer());
        this.own.set(file.name, bytes);
        return bytes;
    }

    // The bytes of a file that was dropped or written here; undefined: there is none.
    find(path) {
        return this.own.get(path) ?? this.own.get(nameOf(path));
    }

    async answer({need, records, dot, openings}) {
        const answers = {
            read: () => this.#read(need.path),
            write: () => this.#write(need.path, need.text),
            picture: () => this.#picture(need, records, dot, openings),
            plot: () => this.#plot(need, records),
            share: async () => ({bytes: await compressed(need.text)}),
            view: () => refuse('this page is the view: the picture beside the prompt follows it'),
            notes: () => refuse('notes are not written in this page',
                                'save FILE.bs keeps the statements; the browser prints the page'),
        };
        try {
            return await (answers[need.what]?.() ?? refuse('this page cannot do that'));
        } catch (error) {
            return refuse(error.message);
        }
    }

    async #read(path) {
        const name = nameOf(path), own = this.find(path);
        if (own !== undefined) {
            return {bytes: own};
        }
        const shipped = (await this.act.shipped())[name];
        return shipped !== undefined ? {bytes: encoder.encode(shipped)}
            : refuse(`there is no file '${name}' here`,
                     'drop it onto the page, or choose it under Files');
    }

    #write(path, text) {
        this.own.set(nameOf(path), encoder.encode(text));
        this.#give(path, text);
        return {};
    }

    #give(path, content, type) {
        download(path, content, type);
        this.act.said(`${nameOf(path)} is among your downloads`);
    }

    async #picture({path, format}, records, dot, openings) {
        const scene = records.findLast(({kind}) => kind === 'scene');
        if (format === 'dot' || format === 'gv') {
            this.#give(path, dot);
        } else if (format === 'svg') {
            this.#give(path, await this.act.draw(dot, true), 'image/svg+xml');
        } else if (format === 'png') {
            const svg = await this.act.draw(dot, true);
            this.#give(path, await toPng(svg, (scene.dpi ?? 192) / 96), 'image/png');
        } else if (format === 'html') {
            const trace = records.findLast(({kind}) => kind === 'trace');
            const svg = scene === undefined ? '' : await this.act.draw(dot, false);
            const opened = await Promise.all(openings.map(async ({of, scene: picture, dot: opening}) =>
                ({kind: 'opening', of, picture, svg: await this.act.draw(opening, false)})));
            this.#give(path, player(await this.act.player(), svg, [scene, trace, ...opened]),
                       'text/html');
        } else {
            return refuse(`this page writes no .${format}`, 'take .svg, .png, .html or .dot');
        }
        return {};
    }

    async #plot({path, format}, records) {
        const svg = plotAlone(records.findLast(({kind}) => kind === 'plot'));
        if (format === 'svg') {
            this.#give(path, svg, 'image/svg+xml');
        } else if (format === 'png') {
            this.#give(path, await toPng(svg, 2), 'image/png');
        } else {
            return refuse(`this page writes no .${format}`, 'take .svg or .png');
        }
        return {};
    }
}
