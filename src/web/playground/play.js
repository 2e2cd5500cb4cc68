// The playground: the prompt, the transcript and the panel, and what they have to do with each other.

import { find, html } from '../page/dom.js';
import { Core } from './core.js';
import { Drawer } from './drawer.js';
import { Files, download } from './file.js';
import { Keep } from './keep.js';
import * as link from './link.js';
import { packLesson } from './own.js';
import { Panel } from './panel.js';
import { part, unpackedText } from './parts.js';
import { Progress } from './progress.js';
import { Prompt } from './prompt.js';
import { Stage, parsed } from './stage.js';
import { Transcript } from './transcript.js';

const PATIENCE = 2000;  // milliseconds: that a link may take, and of silence until the hard stop is offered
const REFUSED = ['write', 'picture', 'plot', 'view', 'notes', 'lesson', 'course'];

const EXAMPLES = {
    graph: ['a = 2; b = -3; c = 10', 'e = a*b; d = e + c; f = -2', 'L = d*f', 'backward L'],
    train: ['X = [[2, 3], [3, -1], [0.5, 1], [1, 1]]', 'y = [1, -1, -1, 1]', 'seed 1',
            'param W1 = randn(2, 4); param b1 = zeros(4)', 'param w2 = randn(4); param b2 = 0',
            'def net(P) = tanh(tanh(P @ W1 + b1) @ w2 + b2)', 'loss = mean((net(X) - y)**2)',
            'train loss 200 0.1', 'plot boundary net X y'],
};

// The page in one file holds its parts in itself.
const isSingle = () => document.getElementById('part-core') !== null;

// A file's name as a command takes it.
const quoted = name => /^[\w./-]+$/.test(name) ? name : JSON.stringify(name);

class Playground {
    queue = [];      // what is typed while the core works
    running = null;
    returning = false;  // a new core gets the session back; what is typed waits
    lesson = null;
    visiting = false;  // a session that came by a link: it is not kept

    constructor() {
        this.keep = new Keep();
        this.progress = new Progress(this.keep);
        this.drawer = new Drawer();
        this.files = new Files({
            draw: (dot, alone) => this.drawer.draw(dot, alone),
            shipped: async () => (await part('core')).data,
            player: async () => unpackedText(await part('player')),
            said: text => this.say(text),
        });
        this.transcript = new Transcript({
            type: (text, card) => this.type(text, card),
            fill: text => { this.prompt.set(text); this.prompt.focus(); },
            draw: async dot => parsed(await this.drawer.draw(dot, true)),
            copy: text => this.copy(text),
            lesson: state => state === undefined ? this.lesson : this.showLesson(state),
        });
        this.stage = new Stage({
            draw: dot => this.drawer.draw(dot),
            type: text => this.type(text),
            trace: () => this.running === null ? this.core.trace() : Promise.resolve(null),
        });
        this.prompt = new Prompt({
            enter: text => this.type(text),
            complete: (text, cursor) => this.core.complete(text, cursor),
            remembered: () => JSON.parse(this.keep.get('typed') ?? '[]'),
            remember: texts => { this.keep.set('typed', JSON.stringify(texts)); },
        });
        this.panel = new Panel({
            type: text => this.type(text),
            fill: text => { this.prompt.set(text); this.prompt.focus(); },
            bring: files => this.bring(files),
            root: () => this.stage.message?.present.root?.name,
            own: () => [...this.files.own.keys()],
            shipped: async () => Object.keys((await part('core')).data),
            keeps: () => this.keep.works,
            online: () => location.protocol.startsWith('http') && !isSingle(),
        });
        this.listen();
    }

    async begin() {
        const {first} = await part('core');
        this.core = new Core(first, () => part('rest'), {
            ask: question => question.course === undefined ? this.files.answer(question)
                : this.answerCourse(question),
            present: message => this.stage.show(message),
            broken: (message, missing) => this.broken(message, missing),
        });
        this.core.columns = this.columns();
        await this.core.open();
        document.body.dataset.busy = 'no';
        document.body.dataset.ready = 'yes';
        await this.arrive();
        await this.next();
    }

    // What the address asks for, or else the session of last time.
    async arrive() {
        const wanted = await link.read(location.hash);
        document.body.classList.toggle('narrow', wanted.narrow);
        if (wanted.trouble !== undefined) {
            this.say(wanted.trouble, 'error');
        } else if (wanted.lesson !== undefined) {
            this.visiting = true;
            await this.run(`lesson "${wanted.lesson}"`);
        } else if (wanted.script !== undefined) {
            this.visiting = true;
            await this.visit(wanted.script);
        } else {
            const script = this.keep.get('session');
            if (script !== null && script !== '') {
                await this.restore(script);
            }
        }
    }

    // Shown as what was typed; it may take two seconds, and reaches nothing outside.
    async visit(script) {
        this.transcript.begin(null);
        await this.run(script.trimEnd(), null, {refuse: REFUSED, patience: PATIENCE});
    }

    async restore(script) {
        const lines = script.trimEnd().split('\n').length;
        find('welcome').hidden = true;
        const {state} = await this.core.run(script, () => {}, {script: true});
        const fresh = html('button', {type: 'button', class: 'plain small'}, 'Start afresh');
        const note = html('li', {class: 'entry note'}, html('p', {class: 'muted'}, state === 'failed'
            ? 'Your last session could not be read back whole.'
            : `Your last session is back: ${lines} ${lines === 1 ? 'line' : 'lines'}. `), fresh);
        fresh.addEventListener('click', () => {
            note.remove();
            this.type('reset');
        });
        find('entries').append(note);
    }

    // ---- Typing ----

    type(text, card = null) {
        this.queue.push({text, card});
        this.next();
    }

    async next() {
        if (this.running !== null || this.core === undefined) {
            return;
        }
        while (this.queue.length > 0 && !this.returning) {
            const {text, card} = this.queue.shift();
            await this.run(text, card);
        }
    }

    async run(text, card = null, settings = {}) {
        this.transcript.begin(text, card);
        this.running = text;
        this.work(true);
        const {state, script} = await this.core.run(text, answers => this.hear(answers), settings);
        this.running = null;
        this.work(false);
        if (script !== undefined && !this.visiting) {
            this.keep.set('session', script);
        }
        if (state === 'quit') {
            this.say('The page stays open; reset begins afresh.');
        }
        this.place();
    }

    hear(answers) {
        this.heard = performance.now();
        // What was learned is kept before a word about it is shown.
        answers.filter(({keep}) => keep !== undefined).forEach(({keep}) => this.progress.add(keep));
        const training = answers.findLast(({record}) => record.kind === 'training')?.record;
        if (training !== undefined) {
            find('doing').replaceChildren(...this.transcript.training(training));
        }
        this.transcript.add(answers.filter(({record}) => record.kind !== 'training'));
    }

    // After an answer the next question is answered on its card; else at the prompt.
    place() {
        const {card} = this.transcript;
        const phone = matchMedia('(pointer: coarse)').matches;
        if (card?.open && card.record.type !== 'do' && document.activeElement !== find('entry')) {
            card.focus();
        } else if (!phone && (document.activeElement === document.body ||
                              document.activeElement?.disabled)) {
            this.prompt.focus();
        }
    }

    // ---- Working and stopping ----

    work(on) {
        document.body.dataset.busy = on || this.returning || this.queue.length > 0 ? 'yes' : 'no';
        clearTimeout(this.soon);
        clearInterval(this.watch);
        if (!on) {
            find('working').hidden = true;
            find('hard').hidden = true;
            return;
        }
        this.heard = performance.now();
        this.soon = setTimeout(() => {
            find('doing').replaceChildren('Working');
            find('working').hidden = false;
        }, 150);
        this.watch = setInterval(() => {
            find('hard').hidden = performance.now() - this.heard < PATIENCE;
        }, 250);
    }

    stop() {
        this.queue = [];
        this.core.stop();
        this.stopping = performance.now();
    }

    async stopHard() {
        this.queue = [];
        find('hard').hidden = true;
        await this.comeBack();
        this.say('Stopped. The session is as it was before.');
    }

    async broken(message, missing) {
        console.error(message);
        this.say(missing ? 'A part of the page did not arrive. The session is as it was before.'
            : 'The core has ended, most likely for want of memory. The session comes back.', 'error');
        await this.comeBack();
    }

    // A new core, the session, and the lesson where it was left.
    async comeBack() {
        const lesson = this.lesson?.review ? null : this.lesson?.lesson;
        this.showLesson(null);
        this.transcript.card?.close('left');
        this.transcript.card = null;
        this.returning = true;
        await this.core.stopHard();
        this.returning = false;
        this.work(false);
        this.next();
        if (lesson !== null && lesson !== undefined) {
            this.type(`lesson ${lesson}`);
        }
    }

    // ---- Lessons ----

    async answerCourse({course, lines, path}) {
        if (course === 'lessons') {
            return {lessons: await part('lessons')};
        }
        if (course === 'own') {
            return this.ownLesson(path);
        }
        if (course === 'keep') {
            this.progress.add(lines);
            return {};
        }
        return this.progress.all();
    }

    ownLesson(path) {
        const bytes = this.files.find(path);
        return bytes !== undefined ? packLesson(path, bytes) : {refusal: {
            message: `there is no lesson '${path}' here`,
            hint: 'lessons lists them; drop one of your own, a .md file, onto the page'}};
    }

    showLesson(state) {
        this.lesson = state;
        find('lesson').hidden = state === null;
        if (state !== null) {
            find('lesson-title').textContent = state.title;
            find('lesson-count').textContent = `${state.number} of ${state.of}`;
            find('lesson-bar').style.width = `${100 * (state.number - 1) / Math.max(1, state.of)}%`;
        }
        return state;
    }

    // ---- Around it ----

    columns() {
        return matchMedia('(max-width: 48rem)').matches ? 42 : 80;
    }

    say(text, kind = '') {
        const toast = find('toast');
        toast.textContent = text;
        toast.className = `on ${kind}`;
        clearTimeout(this.toast);
        this.toast = setTimeout(() => { toast.className = ''; }, 6000);
    }

    async copy(text) {
        try {
            await navigator.clipboard.writeText(text);
            this.say('Copied.');
            return true;
        } catch {
            this.say('The browser does not let this page copy.', 'error');
            return false;
        }
    }

    // Files that were chosen or dropped: data to be read, a session, a lesson, or progress.
    async bring(files) {
        for (const file of files) {
            try {
                const bytes = await this.files.add(file), name = quoted(file.name);
                const text = new TextDecoder().decode(bytes.subarray(0, 64));
                if (text.startsWith('backstep progress')) {
                    this.type(`progress import ${name}`);
                } else if (/\.(csv|tsv|txt|data)$/i.test(file.name)) {
                    this.prompt.set(`D = load_csv(${JSON.stringify(file.name)})`);
                    this.prompt.focus();
                    this.say(`${file.name} is here. Enter reads it.`);
                } else if (/\.(md|markdown)$/i.test(file.name)) {
                    this.type(`lesson ${name}`);
                } else {
                    this.type(`load ${name}`);
                }
            } catch (error) {
                this.say(error.message, 'error');
            }
        }
    }

    listenToDrops() {
        const over = on => document.body.classList.toggle('over', on);
        document.addEventListener('dragover', event => {
            if ([...event.dataTransfer.types].includes('Files')) {
                event.preventDefault();
                over(true);
            }
        });
        document.addEventListener('dragleave', event => {
            if (event.relatedTarget === null) {
                over(false);
            }
        });
        document.addEventListener('drop', event => {
            over(false);
            if (event.dataTransfer.files.length > 0) {
                event.preventDefault();
                this.bring([...event.dataTransfer.files]);
            }
        });
    }

    listen() {
        this.listenToDrops();
        document.addEventListener('click', event => {
            const {type, run, example} = event.target.closest('button')?.dataset ?? {};
            if (type !== undefined) {
                this.type(type);
            } else if (run !== undefined) {
                this.type(run);
            } else if (example !== undefined) {
                EXAMPLES[example].forEach(line => this.type(line));
                this.prompt.focus();
            }
        });
        find('stop').addEventListener('click', () => this.stop());
        find('hard').addEventListener('click', () => this.stopHard());
        document.addEventListener('keydown', event => {
            if (event.key === 'c' && event.ctrlKey && this.running !== null &&
                getSelection().isCollapsed) {
                this.stop();
                event.preventDefault();
            }
        });
        addEventListener('resize', () => this.core?.terminal(this.columns()));
    }
}

// On a static host the page is kept for when there is no network, and can be installed.
function install() {
    if (isSingle() || !location.protocol.startsWith('http')) {
        return;
    }
    document.head.append(html('link', {rel: 'manifest', href: 'manifest.webmanifest'}));
    navigator.serviceWorker?.register('sw.js').catch(error => console.warn(error.message));
}

const playground = new Playground();
playground.begin().then(install).catch(error => {
    console.error(error);
    playground.say('The playground cannot begin: ' + error.message, 'error');
});
