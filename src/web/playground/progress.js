// What was learned, as lines (src/core/lesson/log.h): an entry of the storage for each, so that two
// tabs never write over each other. Where nothing can be stored it is kept until the page closes.

const DAY = 86400000;

// The day it was where the learner is, counted from 1970-01-01.
const dayOf = seconds => {
    const when = seconds * 1000;
    return Math.floor((when - new Date(when).getTimezoneOffset() * 60000) / DAY);
};

let count = 0;

export class Progress {
    #unsaved = [];

    constructor(keep) {
        this.keep = keep;
    }

    // A random number below 2^64, made once: it draws the numbers of questions.
    #salt() {
        let salt = this.keep.get('salt');
        if (salt === null || !/^\d{1,20}$/.test(salt)) {
            salt = crypto.getRandomValues(new BigUint64Array(1))[0].toString();
            this.keep.set('salt', salt);
        }
        return salt;
    }

    // Lines, each with its newline. An answer is kept for ever, of a lesson's places the last.
    add(lines) {
        for (const line of lines.split('\n').filter(each => each !== '')) {
            const fields = line.split('\t');
            const stored = fields[0] === 'place' ? this.keep.set(`place:${fields[1]}`, line)
                : fields[0] !== 'answer' || this.keep.set(
                    `answer:${fields[1]}-${crypto.randomUUID?.() ?? `${Math.random()}${count++}`}`,
                    `${line}\t${dayOf(Number(fields[1]))}`);
            if (!stored) {
                this.#unsaved.push(line);
            }
        }
    }

    // All lines, as the core reads them, and whether what comes can be stored.
    all() {
        const stored = [...this.keep.names('answer:'), ...this.keep.names('place:')]
            .map(name => this.keep.get(name)).filter(line => line !== null);
        const lines = [`salt\t${this.#salt()}`, ...stored, ...this.#unsaved];
        return {lines: `${lines.join('\n')}\n`, kept: this.keep.works};
    }
}
