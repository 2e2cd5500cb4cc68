// Elements with text in them. Whatever a record says goes in as text, never as HTML.

const SVG = 'http://www.w3.org/2000/svg';

function fill(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
        element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
}

export function html(tag, attributes = {}, ...children) {
    return fill(document.createElement(tag), attributes, children);
}

export function vector(tag, attributes = {}, ...children) {
    return fill(document.createElementNS(SVG, tag), attributes, children);
}

// A piece of text by its meaning: "value", "grad", "local", "muted", "name".
export const ink = (meaning, text) => html('span', {class: meaning}, text);

export const find = id => document.getElementById(id);
