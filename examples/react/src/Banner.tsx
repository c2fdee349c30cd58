import { useConnection } from '@liveline/react';

const REASONS: Record<string, string> = {
  network: 'The server cannot be reached.',
  bus: 'Messages may be late.',
  token_failed: 'You are signed out.',
};

/** Line about the connection, while it is not as it should be. */
export function Banner() {
  const { state, reason, since } = useConnection();
  const isFine = state === 'live' || state === 'idle' || (state === 'connecting' && !reason);
  return (
    <p className="banner" role="status" hidden={isFine}>
      {isFine ? '' : `${REASONS[reason ?? ''] ?? 'Reconnecting.'} Since ${new Date(since).toLocaleTimeString()}.`}
    </p>
  );
}
