// The panel with the picture: the session as it is (the page's Follower), and the walk through both
// passes (its Player), which needs no session. One board serves both.

import { Board } from '../page/board.js';
import { find, html } from '../page/dom.js';
import { Follower } from '../page/follower.js';
import {Layers} from '../page/layers.js';
import { Player } from '../page/player.js';

export const parsed = text => document.adoptNode(
    new DOMParser().parseFromString(text, 'image/svg+xml').documentElement);

// A player that fetches its walk when it is first moved, and gives way to the session.
class Walk extends Player {
    active = false;

    // fetch() → {svg, scene, trace} of the output that is shown, or null
    constructor(board, fetch) {
        super(board);
        this.fetch = fetch;
    }

    async begin(at, playing) {
        if (this.coming) {
            return;
        }
        this.coming = true;
        const walk = await this.fetch().catch(() => null);
        this.coming = false;
        if (walk === null) {
            return;
        }
        this.active = true;
        document.body.classList.add('walking');
        this.show(walk);
        if (playing) {
            this.play(true);
        } else {
            this.go(at);
        }
    }

    end() {
        this.play(false);
        this.active = false;
        this.at = 0;
        document.body.classList.remove('walking');
        document.body.dataset.pass = '';
    }

    go(at, playing = false) {
        if (this.active) {
            super.go(at, playing);
        } else {
            this.begin(at, playing);
        }
    }

    play(on) {
        if (this.active || !on) {
            super.play(on);
        } else {
            this.begin(0, true);
        }
    }

    // Keys of the picture, not of the prompt.
    press(event) {
        if (event.target.closest('#stage') !== null && (this.active || event.key !== 'Escape')) {
            super.press(event);
        }
    }
}

export class Stage {
    graph = 0;       // the number of the picture
    dot = null;      // what it was drawn from
    svg = null;      // its text
    message = null;  // what came last

    // act has draw(dot) → text of an SVG, trace() → {scene, trace, dot}, type(text)
    constructor(act) {
        this.act = act;
        this.board = new Board([{words: 'Type it', act: assignments => this.#type(assignments)}]);
        this.layers = new Layers();
        this.follower = new Follower(this.board, this.layers);
        this.walk = new Walk(this.board, () => this.#walk());
        find('now').addEventListener('click', () => this.toSession());
        this.follower.state({digits: 6, graph: 0});
    }

    async #walk() {
        const found = await this.act.trace();
        if (found === null || found.dot === undefined) {
            return null;
        }
        const svg = parsed(await this.act.draw(found.dot));
        find('picture').replaceChildren(svg);
        find('now').hidden = false;
        find('steps').hidden = false;
        return {svg, scene: found.scene, trace: found.trace};
    }

    // What the core says of the session: {present, scene, whole, dot | trouble}.
    async show(message) {
        this.message = message;
        this.#leaveWalk();
        const {present, scene, whole, dot, trouble} = message;
        const none = scene === undefined;
        if (none || dot !== this.dot || this.fresh) {
            this.graph++;
            this.dot = none ? null : dot;
            this.fresh = false;
        }
        const graph = this.graph;
        this.follower.state({...present, ...(none ? {} : {scene}), graph: none ? 0 : graph});
        find('player').hidden = none || dot === undefined;
        find('stage').classList.toggle('empty', none);
        if (none) {
            return;
        }
        if (dot === undefined) {
            this.follower.picture({graph, trouble, scene: whole});
            return;
        }
        try {
            const svg = await this.act.draw(dot);
            if (graph === this.graph && !this.walk.active) {
                this.follower.picture({graph, svg: parsed(svg), scene: whole});
            }
        } catch (error) {
            if (graph === this.graph) {
                this.follower.picture({graph, trouble: error.message, scene: whole});
            }
        }
    }

    // The values that were tried become the session's.
    #type(assignments) {
        const {root} = this.message.present;
        this.act.type([...assignments.map(([name, value]) => `${name}.data = ${value}`),
                       `forward ${root.name}`].join('; '));
    }

    // The board's picture is the walk's: the session's is drawn anew.
    #leaveWalk() {
        if (this.walk.active) {
            this.walk.end();
            this.fresh = true;
        }
        find('now').hidden = true;
        find('steps').hidden = true;
    }

    toSession() {
        if (this.message !== null) {
            this.show(this.message);
        }
    }

    // Tells about the value of that name, as a click on it does.
    choose(name) {
        const box = this.board.boxes?.find(each => each.name === name || each.id === name);
        if (box !== undefined) {
            this.board.choose(box.id);
        }
    }
}
