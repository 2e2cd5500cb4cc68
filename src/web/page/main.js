import { Player } from './player.js';
import { recorded } from './source.js';

const player = new Player();
recorded.follow(play => player.show(play));
