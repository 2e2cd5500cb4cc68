// Lessons in the worker: what the core asks for of the course. The page is asked for
//
//   {course: "lessons"}          → {lessons: the part of that name}, once
//   {course: "log"}              → {lines, kept}: all that was learned, and whether it can be stored
//   {course: "keep", lines}      → {}: lines of an import, to be stored

import { unpackedText } from './parts.js';

const PART = '\x1e', FIELD = '\x1f', LESSON = '\x1d';  // src/core/lesson/pack.h

export class Course {
    #lessons = null;  // promise of a map, name → packed lesson

    constructor(door, ask) {
        this.door = door;
        this.ask = ask;
    }

    async #load() {
        const {lessons: {packed, rows}} = await this.ask({course: 'lessons'});
        const all = unpackedText(packed).split(LESSON).filter(lesson => lesson !== '');
        const lessons = new Map(all.map(lesson => {
            const [, name] = lesson.slice(0, lesson.indexOf(PART)).split(FIELD);
            return [name, lesson];
        }));
        await this.door.course([...lessons.values()], rows);
        return lessons;
    }

    // Answers a need of kind course, lesson or import.
    async answer(need) {
        this.#lessons ??= this.#load();
        const lessons = await this.#lessons;
        if (need.what === 'lesson') {
            const lesson = lessons.get(need.path);
            if (lesson !== undefined) {
                await this.door.supplyLesson(lesson);
            } else {
                await this.door.refuse(`there is no lesson '${need.path}' in this page`,
                                 'lessons lists them; a lesson of your own is played by backstep ' +
                                 'on a computer');
            }
            return;
        }
        const {lines, kept} = await this.ask({course: 'log'});
        if (need.what === 'course') {
            await this.door.supplyCourse(lines, kept);
        } else {
            const fresh = await this.door.supplyImport(lines);
            if (fresh !== null && fresh !== '') {
                await this.ask({course: 'keep', lines: fresh});
            }
        }
    }
}
