import { useCounters } from '@liveline/react';

const NAMES = ['orders.open', 'orders.served'];

/** Counters of orders, and a button that opens one. */
export function Counters() {
  const { values, counters } = useCounters(NAMES);
  return (
    <div className="counters">
      <span>
        <b>{values['orders.open'] ?? 0}</b> open
      </span>
      <span>
        <b>{values['orders.served'] ?? 0}</b> served
      </span>
      <button type="button" onClick={() => counters?.increment('orders.open')}>
        New order
      </button>
    </div>
  );
}
