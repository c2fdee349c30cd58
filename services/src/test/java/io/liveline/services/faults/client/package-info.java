/** Simulated clients of a fault test, and the record of what they sent and received. */
package io.liveline.services.faults.client;
