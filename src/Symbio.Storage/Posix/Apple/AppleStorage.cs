namespace Symbio.Storage.Posix;

/// <summary>Where the stream AFP_AfpInfo (FinderInfo) is kept: <c>fruit:metadata</c> of Samba.</summary>
public enum AppleMetadata
{
    /// <summary>As every other stream.</summary>
    Stream,

    /// <summary>In the xattr <c>user.org.netatalk.Metadata</c>, as Netatalk 3 has it and Samba's fruit module by default.</summary>
    Netatalk,
}

/// <summary>Where the stream AFP_Resource (the resource fork) is kept: <c>fruit:resource</c> of Samba.</summary>
public enum AppleResource
{
    /// <summary>As every other stream, with their bound of 64 KiB.</summary>
    Stream,

    /// <summary>
    /// In an AppleDouble file beside the file, <c>._name</c>, as Netatalk 3 has it and Samba's fruit module by default. Up to 4
    /// GiB. Names that begin with <c>._</c> are the store's own then: nobody sees them.
    /// </summary>
    File,
}
