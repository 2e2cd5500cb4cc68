import { Follower } from './follower.js';
import {Layers} from './layers.js';
import { session } from './session.js';

session.follow(new Follower(undefined, new Layers()));
