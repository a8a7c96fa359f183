/** What becomes of packets that are written as they are: draft-ietf-opsawg-pcapng. */
@NullMarked
package io.nurs.appliance.output.pcapng;

import org.jspecify.annotations.NullMarked;
