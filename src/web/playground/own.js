// A teacher's own lesson: a file in Markdown, read off the page's own thread, as some texts take very
// long.

import { part } from './parts.js';

const PATIENCE = 4000;  // milliseconds for a lesson

const place = (name, line) => line > 0 ? `${name}:${line}: ` : '';

// {lesson: packed}, or {refusal: {message, hint}}.
export async function packLesson(name, bytes) {
    const address = URL.createObjectURL(new Blob([await part('markdown')], {type: 'text/javascript'}));
    const worker = new Worker(address);
    try {
        const {lesson, line, message, hint} = await new Promise((resolve, reject) => {
            setTimeout(() => reject(new Error('this lesson takes too long to read')), PATIENCE);
            worker.onmessage = ({data}) => resolve(data);
            worker.onerror = event => reject(new Error(event.message));
            worker.postMessage({name, bytes});
        });
        return lesson !== undefined ? {lesson}
            : {refusal: {message: place(name, line) + message, hint: hint ?? ''}};
    } catch (error) {
        return {refusal: {message: error.message, hint: ''}};
    } finally {
        worker.terminate();
        URL.revokeObjectURL(address);
    }
}
