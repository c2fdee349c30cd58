/** Deployment of a fault test: processes, proxies, Redis, and the faults that they inject. */
package io.liveline.services.faults.deployment;
