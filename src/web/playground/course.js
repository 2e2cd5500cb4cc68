// Lessons in the worker: what the core asks for of the course. The page is asked for
//
//   {course: "lessons"}          → {lessons: the part of that name}, once
//   {course: "log"}              → {lines, kept}: all that was learned, and whether it can be stored
//   {course: "keep", lines}      → {}: lines of an import, to be stored
//   {course: "own", path}        → {lesson: that file, packed} or {refusal: {message, hint}}

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

    // One of the course, or a file's.
    async #lesson(path, lessons) {
        const {lesson, refusal} = lessons.has(path) ? {lesson: lessons.get(path)}
            : await this.ask({course: 'own', path});
        if (lesson !== undefined) {
            await this.door.supplyLesson(lesson);
        } else {
            await this.door.refuse(refusal.message, refusal.hint);
        }
    }

    // Answers a need of kind course, lesson or import.
    async answer(need) {
        this.#lessons ??= this.#load();
        const lessons = await this.#lessons;
        if (need.what === 'lesson') {
            await this.#lesson(need.path, lessons);
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
