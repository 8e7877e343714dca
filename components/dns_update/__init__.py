"""Record sets at a name server that takes dynamic updates (RFC 2136), signed with a shared key (TSIG, RFC 8945).

Defines the server with its key, what is wrong with it in words, the changes of a record set with the prerequisites that
spare what others have written, the messages that carry many of them, the word to our plugin of those sent ahead,
and the listing of a zone by transfer (AXFR, RFC 5936).
Must not know Pulumi, settings, nor whose a record is.
"""
