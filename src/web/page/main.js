import {Layers} from './layers.js';
import { Player } from './player.js';
import { Projector } from './projector.js';
import { recorded } from './source.js';

// In a frame that is not shown nothing has a size, and words are placed by sizes: waits until it is.
const shown = () => new Promise(resolve => {
    const look = new ResizeObserver(() => {
        if (innerWidth > 0) {
            look.disconnect();
            resolve();
        }
    });
    look.observe(document.documentElement);
});

const player = new Player(undefined, new Layers());
player.projector = new Projector(() => player.line());
recorded.follow(play => innerWidth > 0 ? player.show(play) : shown().then(() => player.show(play)));
