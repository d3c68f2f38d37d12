namespace Symbio.Protocol.Smb2;

/// <summary>
/// Apple's create context "AAPL" with the command kAAPL_SERVER_QUERY, as clients of macOS send it with their first open of a
/// share: what of Apple's extensions does the server have? (Not in [MS-SMB2]; Apple describes it with its smbfs.)
/// </summary>
/// <param name="Request">What the client wants to know.</param>
/// <param name="ClientCapabilities">What the client can do.</param>
public readonly record struct AaplServerQuery(AaplQueries Request, AaplCapabilities ClientCapabilities)
    : ICreateContext<AaplServerQuery>
{
    internal const uint Command = 1; // kAAPL_SERVER_QUERY

    /// <inheritdoc/>
    public static ReadOnlySpan<byte> Name => CreateContextName.Aapl;

    /// <summary>Reads the query. False: another command (kAAPL_RESOLVE_ID), or malformed.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> data, out AaplServerQuery context)
    {
        var reader = new WireReader(data);
        reader.Expect(reader.ReadUInt32() == Command);
        reader.Skip(4); // Reserved
        context = new AaplServerQuery((AaplQueries)reader.ReadUInt64(), (AaplCapabilities)reader.ReadUInt64());
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32(Command);
        writer.WriteUInt32(0);
        writer.WriteUInt64((ulong)Request);
        writer.WriteUInt64((ulong)ClientCapabilities);
    }
}

/// <summary>The answer to <see cref="AaplServerQuery"/>: each part is there if it was asked for.</summary>
public readonly record struct AaplServerReply(
    AaplQueries Reply, AaplCapabilities ServerCapabilities, AaplVolumeCapabilities VolumeCapabilities, string Model)
    : ICreateContext<AaplServerReply>
{
    /// <inheritdoc/>
    public static ReadOnlySpan<byte> Name => CreateContextName.Aapl;

    /// <inheritdoc/>
    public static bool TryRead(ReadOnlyMemory<byte> data, out AaplServerReply context)
    {
        var reader = new WireReader(data);
        reader.Expect(reader.ReadUInt32() == AaplServerQuery.Command);
        reader.Skip(4); // Reserved
        var reply = (AaplQueries)reader.ReadUInt64();
        context = new AaplServerReply(reply, 0, 0, "");
        if ((reply & AaplQueries.ServerCapabilities) != 0)
            context = context with { ServerCapabilities = (AaplCapabilities)reader.ReadUInt64() };
        if ((reply & AaplQueries.VolumeCapabilities) != 0)
            context = context with { VolumeCapabilities = (AaplVolumeCapabilities)reader.ReadUInt64() };
        if ((reply & AaplQueries.ModelInfo) != 0)
        {
            reader.Skip(4); // Pad
            uint length = reader.ReadUInt32();
            reader.Expect(length <= (uint)reader.Remaining && length % sizeof(char) == 0);
            context = context with { Model = reader.IsValid ? reader.ReadUtf16((int)length) : "" };
        }

        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32(AaplServerQuery.Command);
        writer.WriteUInt32(0);
        writer.WriteUInt64((ulong)Reply);
        if ((Reply & AaplQueries.ServerCapabilities) != 0)
            writer.WriteUInt64((ulong)ServerCapabilities);
        if ((Reply & AaplQueries.VolumeCapabilities) != 0)
            writer.WriteUInt64((ulong)VolumeCapabilities);
        if ((Reply & AaplQueries.ModelInfo) == 0)
            return;
        writer.WriteUInt32(0);
        writer.WriteUInt32((uint)Model.Length * sizeof(char));
        writer.WriteUtf16(Model);
    }
}

/// <summary>Parts of the answer.</summary>
[Flags]
public enum AaplQueries : ulong
{
    None = 0,
    /// <summary>kAAPL_SERVER_CAPS</summary>
    ServerCapabilities = 1,
    /// <summary>kAAPL_VOLUME_CAPS</summary>
    VolumeCapabilities = 2,
    /// <summary>kAAPL_MODEL_INFO</summary>
    ModelInfo = 4,
}

/// <summary>What a client or a server can do.</summary>
[Flags]
public enum AaplCapabilities : ulong
{
    None = 0,
    /// <summary>kAAPL_SUPPORTS_READ_DIR_ATTR: listings tell what Finder would open each file for.</summary>
    ReadDirAttr = 1,
    /// <summary>kAAPL_SUPPORTS_OSX_COPYFILE</summary>
    OsxCopyfile = 2,
    /// <summary>kAAPL_UNIX_BASED: mode bits mean something.</summary>
    UnixBased = 4,
    /// <summary>kAAPL_SUPPORTS_NFS_ACE</summary>
    NfsAce = 8,
}

/// <summary>What a volume can do.</summary>
[Flags]
public enum AaplVolumeCapabilities : ulong
{
    None = 0,
    /// <summary>kAAPL_SUPPORT_RESOLVE_ID</summary>
    ResolveId = 1,
    /// <summary>kAAPL_CASE_SENSITIVE</summary>
    CaseSensitive = 2,
    /// <summary>kAAPL_SUPPORTS_FULL_SYNC: what has been flushed is on the disk. Time Machine wants that.</summary>
    FullSync = 4,
}
