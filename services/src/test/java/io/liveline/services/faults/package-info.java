/** Tests that inject faults at random while clients use the services, and compare what the clients received. */
package io.liveline.services.faults;
