// Lessons in the worker: what the core asks for of the course.

export class Course {
    constructor(door) {
        this.door = door;
    }

    async answer() {
        this.door.refuse('there are no lessons here');
    }
}
