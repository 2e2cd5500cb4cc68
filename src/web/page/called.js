// What values are called.

// By its name, the formula of what has none, or its number.
export const called = node => node.called || node.name;

// The same behind a ∂: a derivative, or a formula, in parentheses.
export function part(node) {
    const name = called(node);
    return /[ +\-*/^<>=(]/.test(name.replace(/\[[^\]]*\]/g, '')) ? `(${name})` : name;
}
