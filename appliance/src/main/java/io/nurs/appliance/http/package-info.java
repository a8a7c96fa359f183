/**
 * A small HTTP/1.1 server for pages that are read: GET and HEAD, nothing else. It has a thread of its own, so that whoever asks
 * too much, or too slowly, costs no source anything.
 */
@NullMarked
package io.nurs.appliance.http;

import org.jspecify.annotations.NullMarked;
