import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The services have the origin of the page, as behind one Ingress: no CORS, no list of origins. As objects, since Vite sends another
// `Host` to a target that is a string.
const services = process.env.LIVELINE_URL ?? 'http://localhost:8080';
const proxy = {
  '^/(liveline.json|rooms/.*|presence|counters.*)$': { target: services },
  '/chat': { target: services, ws: true },
};

export default defineConfig({ plugins: [react()], server: { proxy }, preview: { proxy } });
