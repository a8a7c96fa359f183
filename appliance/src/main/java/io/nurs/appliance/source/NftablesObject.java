package io.nurs.appliance.source;

/**
 * A named counter or quota by what it is known by.
 *
 * @param family {@code NFPROTO_*} of its table
 * @param type NFT_OBJECT_COUNTER or NFT_OBJECT_QUOTA
 */
public record NftablesObject(int family, String table, String name, int type) {}
