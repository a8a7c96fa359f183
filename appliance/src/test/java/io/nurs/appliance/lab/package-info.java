/** What the end-to-end tests are made of: a network of namespaces, traffic whose size is known, and foreign programs that watch. */
@NullMarked
package io.nurs.appliance.lab;

import org.jspecify.annotations.NullMarked;
