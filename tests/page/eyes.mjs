// What runs in a page to see it as its reader does.

// Texts whose contrast to what is behind them is under 4.6:1: WCAG (AA) asks for 4.5:1.
export function faint() {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
    const rgba = colour => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const luminance = colour => rgba(colour).slice(0, 3).map(v => v / 255)
        .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const contrast = (one, other) => {
        const [low, high] = [luminance(one), luminance(other)].sort((x, y) => x - y);
        return (high + 0.05) / (low + 0.05);
    };
    const opaque = colour => rgba(colour)[3] === 255;
    const behind = element => {
        for (let at = element; at !== null; at = at.parentElement) {
            const colour = getComputedStyle(at).backgroundColor;
            if (opaque(colour)) {
                return colour;
            }
        }
        return 'white';
    };
    // In the picture: the last shape painted before the text that holds its middle.
    const painted = text => {
        const node = text.closest('.node'), {x, y, width, height} = text.getBoundingClientRect();
        const shapes = [...node.querySelectorAll('rect, polygon, path')].filter(shape => {
            const r = shape.getBoundingClientRect(), style = getComputedStyle(shape);
            return style.visibility === 'visible' && style.fill !== 'none' && opaque(style.fill) &&
                (shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING) &&
                r.left < x + width / 2 && r.right > x + width / 2 &&
                r.top < y + height / 2 && r.bottom > y + height / 2;
        });
        return shapes.length > 0 ? getComputedStyle(shapes.at(-1)).fill : behind(node.closest('figure'));
    };
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    let seen = 0;
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement, style = getComputedStyle(element);
        if (walker.currentNode.data.trim() === '' || element.closest('script, noscript') !== null ||
            !element.checkVisibility({visibilityProperty: true})) {
            continue;
        }
        seen++;
        const inPicture = element.closest('.node') !== null;
        const [ink, paper] = inPicture ? [style.fill, painted(element)]
                                       : [style.color, behind(element)];
        if (contrast(ink, paper) < 4.6) {
            found.push(`${walker.currentNode.data.trim()}: ${ink} on ${paper}`);
        }
    }
    return {found, seen};
}
