/**
 * A world in which things break at random while clients that do as they should use it, and one who knows what is owed
 * to them.
 */
package io.liveline.services.faults;
