import { Follower } from './follower.js';
import { session } from './session.js';

session.follow(new Follower());
