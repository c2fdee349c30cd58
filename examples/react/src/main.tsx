import { LivelineProvider } from '@liveline/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { live, me } from './live';
import { SignIn } from './SignIn';
import './style.css';

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    {me ? (
      <LivelineProvider client={live}>
        <App />
      </LivelineProvider>
    ) : (
      <SignIn />
    )}
  </StrictMode>,
);
