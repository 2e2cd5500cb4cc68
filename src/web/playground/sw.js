// The service worker of the folder on a static host: after one visit the page works without a
// network. A build has a store of its own, and the ones before go.

const STORE = 'backstep-' + '%version%', FILES = ['%files%'];

self.addEventListener('install', event => event.waitUntil(
    caches.open(STORE).then(store => store.addAll(FILES)).then(() => self.skipWaiting())));

self.addEventListener('activate', event => event.waitUntil(
    caches.keys().then(names => Promise.all(
        names.filter(name => name.startsWith('backstep-') && name !== STORE)
            .map(name => caches.delete(name)))).then(() => self.clients.claim())));

// One version at a time: what is in the store comes from there.
self.addEventListener('fetch', event => {
    if (event.request.method === 'GET') {
        event.respondWith(caches.open(STORE)
            .then(store => store.match(event.request, {ignoreSearch: true}))
            .then(found => found ?? fetch(event.request)));
    }
});
