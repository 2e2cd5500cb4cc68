// The source (source.js) of the page that follows a prompt: a session that goes on there, as
// backstep-live sends it (src/programs/live/serve.h). `follower` is called, each as often as there is
// news, with
//
//   picture({graph, svg, scene})   or, instead of svg, {trouble: "why there is none"}
//   state(present)    {kind: "present", …} (src/core/session/session.h); its `graph` says which picture
//                     it belongs to, its `scene` is the graph as it is
//   losses(record)    {kind: "losses", …}: of a training, while it goes on and when it has ended
//   plane(record)     {kind: "plot", form: "boundary", …}: what a model makes of the plane meanwhile
//   log({number, typed, words})
//   linked(yes)       is the session reachable?
//
// Whoever comes late, or again, is told the present at once.

import { drawingOf } from './source.js';

// Who has the address can read the session: it leaves the address bar, and the history.
const source = new URL('events', location.href).href;
history.replaceState(null, '', '/');

export const session = {
    follow(follower) {
        const events = new EventSource(source), again = 2000;
        const on = (event, tell) =>
            events.addEventListener(event, ({data}) => tell(JSON.parse(data)));
        on('picture', ({svg, ...picture}) => follower.picture(
            {...picture, svg: svg === undefined ? undefined : drawingOf(svg)}));
        on('state', present => follower.state(present));
        on('losses', record => follower.losses(record));
        on('plane', record => follower.plane(record));
        on('log', line => follower.log(line));
        events.onopen = () => follower.linked(true);
        events.onerror = () => {
            follower.linked(false);
            if (events.readyState === EventSource.CLOSED) {
                setTimeout(() => this.follow(follower), again);
            }
        };
    },
};
