// The panel with the picture: the session as it is (the page's Follower), and the walk through both
// passes (its Player), which needs no session. One board serves both.

import { Board } from '../page/board.js';
import { find, html } from '../page/dom.js';
import { Follower } from '../page/follower.js';
import {Layers} from '../page/layers.js';
import { Player } from '../page/player.js';
import { Projector } from '../page/projector.js';

export const parsed = text => document.adoptNode(
    new DOMParser().parseFromString(text, 'image/svg+xml').documentElement);

// A player that fetches its walk when it is first moved, and gives way to the session.
class Walk extends Player {
    active = false;
    frames = [];  // none until a walk has come

    // fetch() → {svg, scene, trace, openings} of the output that is shown, or null; draw(dot) → SVG
    constructor(board, fetch, draw) {
        super(board);
        this.fetch = fetch;
        this.draw = draw;
    }

    // null: there is none, or it is already coming.
    async #fetched() {
        if (this.coming) {
            return null;
        }
        this.coming = true;
        const walk = await this.fetch().catch(() => null);
        this.coming = false;
        return walk;
    }

    #enter(walk, at) {
        this.active = true;
        document.body.classList.add('walking');
        find('now').hidden = false;
        find('steps').hidden = false;
        this.show(walk);
        this.go(at);
    }

    async begin(at, playing = false) {
        const walk = await this.#fetched();
        if (walk !== null) {
            this.#enter(walk, at);
            this.play(playing);
        }
    }

    // A box of the session's picture is opened, where both passes are over. False: it cannot be.
    async beginOpened(id) {
        const walk = await this.#fetched();
        if (!walk?.openings.has(id)) {
            return false;
        }
        this.#enter(walk, Infinity);
        await this.showOpening(id);
        return true;
    }

    // An opening is drawn when it is first wanted.
    async showOpening(path) {
        const {whole} = this, opening = whole.openings.get(path);
        if (opening !== undefined) {
            opening.svg ??= await this.draw(opening.dot);
        }
        if (this.active && this.whole === whole) {
            super.showOpening(path);
        }
    }

    end() {
        this.play(false);
        this.active = false;
        this.at = 0;
        find('close').hidden = true;
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
        const ours = event.target.closest('#stage') !== null || this.projector.on;
        if (ours && !this.active && event.key === 'End') {
            this.begin(Infinity);
        } else if (ours && (this.active || event.key !== 'Escape')) {
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
        this.walk = new Walk(this.board, () => this.#walk(), async dot => parsed(await act.draw(dot)));
        this.projector = this.walk.projector = this.follower.projector = new Projector(
            () => this.walk.active ? this.walk.line() : this.follower.line());
        find('large').addEventListener('click', () => this.projector.toggle());
        find('now').addEventListener('click', () => this.toSession());
        this.follower.state({digits: 6, graph: 0});
    }

    async #walk() {
        const found = await this.act.trace();
        if (found === null || found.dot === undefined) {
            return null;
        }
        const svg = parsed(await this.act.draw(found.dot));
        return {svg, scene: found.scene, trace: found.trace,
                openings: new Map(found.openings.map(({of, ...opening}) => [of, opening]))};
    }

    // What the core says of the session: {present, scene, whole, dot | trouble}.
    async show(message) {
        this.message = message;
        this.#leaveWalk();
        const {present, scene, whole, dot, trouble} = message;
        const none = scene === undefined;
        this.#letOpen(scene?.boxes ?? []);
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

    // Which boxes of the session's picture a click opens is known when it was tried.
    #letOpen(boxes) {
        const shut = new Set(boxes.filter(box => box.kind !== 'group' || box.operations === 0)
            .map(box => box.id));
        this.board.opens = id => boxes.length > 0 && !shut.has(id);
        this.board.open = async id => {
            if (!await this.walk.beginOpened(id) && !this.walk.active) {
                shut.add(id);
                this.board.choose(id);
            }
        };
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
