/**
 * What has been reported of each live flow, so that the next report tells what came since. The kernel's counters are never
 * set to zero for it.
 *
 * <p>A {@link FlowTotals} belongs to one event loop. It lies off the heap, and with a state file in that file, mapped into
 * memory: a process that is killed at any instruction leaves there what its last sent record said. How: DURABILITY below.
 *
 * <h2>Shape</h2>
 *
 * The flows lie in slots of 88 octets (IPv4) or 136 (IPv6) that never move, in chunks that are added as the table grows. An
 * index of 8 octets a flow, open addressing with linear probing, leads from a key to a slot. It lies in memory only, has
 * its final size from the start and is made anew from the slots when the file is opened: growing never rehashes, and there
 * is no pause longer than the making of one chunk.
 *
 * <h2>Durability</h2>
 *
 * Three rules, each kept by the order of stores ({@link StoreOrder}):
 *
 * <ol>
 *   <li>A slot's totals are changed, and a slot is freed, only after their previous state is in the journal.
 *   <li>A slot that is freed is not used again before the journal's entry of it is cleared, so undoing needs no more than
 *       the totals, the time and one bit.
 *   <li>What a store makes visible (a slot by its occupied bit, a chunk by the number of chunks, a journal entry by the end
 *       of the journal) was written before it, and each such store is one aligned word.
 * </ol>
 *
 * The journal is a ring with three positions. Entries from {@code sending} to {@code end} belong to records that are being
 * packed: opening the file undoes them, last first, and lists the ends among them with their last counters
 * ({@link io.nurs.appliance.totals.UnsentEnd}). Those from {@code begin} to {@code sending} belong to records that may
 * have been sent: they are in doubt, the new totals stay, and the flows are listed. What lies before {@code begin} was sent.
 *
 * <p>An insert is not undone: it says that nothing, or a baseline, was reported of a flow, which stays true.
 */
@NullMarked
package io.nurs.appliance.totals;

import org.jspecify.annotations.NullMarked;
