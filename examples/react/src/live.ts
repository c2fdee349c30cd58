import { connect } from '@liveline/client';

/** Name of the user, a guest. An application with accounts passes `token: () => …` instead. */
export const me = new URLSearchParams(location.search).get('name') ?? '';

/** Client of the page. It stands in a module of its own, so that edits of components do not create another. */
export const live = connect({ name: me });

import.meta.hot?.dispose(() => live.close());
