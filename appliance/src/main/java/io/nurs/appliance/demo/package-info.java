/** A small network inside this process to try the appliance on: namespaces, links, rules and traffic, without any tool. */
@NullMarked
package io.nurs.appliance.demo;

import org.jspecify.annotations.NullMarked;
