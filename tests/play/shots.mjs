// Draws the screenshots of docs/: PLAYGROUND=build/playground node tests/play/shots.mjs
import { Browser } from '../page/browser.mjs';
import { close, drawn, host, open, type, until } from './playground.mjs';

const browser = new Browser(), server = await host();
const GRAPH = ['a = 2; b = -3; c = 10', 'e = a*b; d = e + c; f = -2', 'L = d*f', 'backward L'];
const pause = time => new Promise(later => setTimeout(later, time));
const docs = name => new URL(`../../docs/${name}`, import.meta.url).pathname;

async function shot(name, settings, act) {
    const page = await open(browser, server.address, settings);
    await act(page);
    await pause(600);
    await page.shoot(docs(name));
    await close(page);
}

await shot('playground.png', {width: 1280, height: 800}, async page => {
    await type(page, ...GRAPH, 'local L');
    await drawn(page);
    for (let step = 1; step <= 6; step++) {
        await page.run(() => document.getElementById('step').click());
        await until(page, at => document.getElementById('count').value.startsWith(`${at} `), step);
    }
});

await shot('playground-dark.png', {width: 1280, height: 800, dark: true}, async page => {
    await type(page, 'lesson two-paths', 'skip', 'skip', 'hint', '7');
    await drawn(page);
});

await shot('playground-phone.png', {width: 390, height: 844}, async page => {
    await type(page, ...GRAPH);
    await drawn(page);
    await page.run(() => document.activeElement.blur());
});

// A leaf is dragged.
await shot('playground-leaf.png', {width: 1280, height: 800}, async page => {
    await type(page, 'x = 2; w = -1; b = 1', 'L = (tanh(w*x + b) - 0.5)**2', 'backward L');
    await drawn(page);
    const at = await page.middle('#n2 .button');
    const mouse = (kind, x, more = {}) => page.ask('Input.dispatchMouseEvent',
        {type: kind, x, y: at.y, button: 'left', ...more});
    await mouse('mousePressed', at.x, {clickCount: 1});
    for (let i = 1; i <= 10; i++) {
        await mouse('mouseMoved', at.x + 3 * i, {buttons: 1});
    }
    await mouse('mouseReleased', at.x + 30, {clickCount: 1});
    await mouse('mouseMoved', 20);
});

await browser.close();
server.close();
