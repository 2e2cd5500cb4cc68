import { Follower } from './follower.js';
import { Layers } from './layers.js';
import { Projector } from './projector.js';
import { session } from './session.js';

const follower = new Follower(undefined, new Layers());
follower.projector = new Projector(() => follower.line());
session.follow(follower);
