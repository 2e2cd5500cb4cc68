// What this browser keeps: the session, what was typed, and the progress. Where storage is refused (a
// frame without an origin, a private window) nothing is kept, and the page says so.

const PREFIX = 'backstep:';

function storage() {
    try {
        const found = globalThis.localStorage, probe = `${PREFIX}probe`;
        found.setItem(probe, '1');
        found.removeItem(probe);
        return found;
    } catch {
        return null;
    }
}

export class Keep {
    #storage = storage();

    get works() {
        return this.#storage !== null;
    }

    get(name) {
        try {
            return this.#storage?.getItem(PREFIX + name) ?? null;
        } catch {
            return null;
        }
    }

    // False: it could not be kept.
    set(name, text) {
        try {
            this.#storage?.setItem(PREFIX + name, text);
            return this.#storage !== null;
        } catch {
            return false;
        }
    }

    remove(name) {
        try {
            this.#storage?.removeItem(PREFIX + name);
        } catch {
            // There is nothing to remove then.
        }
    }

    // The names that begin so.
    names(prefix) {
        const found = [];
        for (let i = 0; i < (this.#storage?.length ?? 0); i++) {
            const name = this.#storage.key(i);
            if (name?.startsWith(PREFIX + prefix)) {
                found.push(name.slice(PREFIX.length));
            }
        }
        return found;
    }
}
