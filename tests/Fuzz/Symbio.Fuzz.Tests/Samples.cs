using System.Security.Cryptography;
using System.Text;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Testing;

namespace Symbio.Fuzz.Tests;

/// <summary>A peer in the middle of its work: what samples refer to.</summary>
/// <param name="Pipe">srvsvc, bound, on <paramref name="IpcTree"/>.</param>
internal sealed record Target(ScriptedPeer Peer, FileId File, FileId Directory, FileId Pipe = default, uint IpcTree = 0);

/// <summary>A well-formed request; <see cref="Build"/> gives it the peer's next MessageId, unsigned.</summary>
internal sealed record Sample(string Name, Func<Target, byte[]> Build)
{
    public override string ToString() => Name;
}

/// <summary>Well-formed requests of every kind, to be spoilt.</summary>
internal static class Samples
{
    private static readonly byte[] Descriptor = Sddl.Parse("O:BAG:BAD:(A;;FA;;;WD)").ToArray();

    /// <summary>One or a few of each of the 19 commands.</summary>
    public static IReadOnlyList<Sample> Requests { get; } = [.. EveryCommand(), .. Ioctls(), .. Informations(), .. PipeSamples.Create()];

    /// <summary>Those, every information class, and compounds.</summary>
    public static IReadOnlyList<Sample> Conversation { get; } = [.. Requests, .. EveryClass(), .. Compounds()];

    /// <summary>Without the many kinds of IOCTL, QUERY_INFO and SET_INFO.</summary>
    public static IReadOnlyList<Sample> EveryCommandAndCompound { get; } = [.. EveryCommand(), .. Compounds()];

    /// <summary>What may come first on a connection.</summary>
    public static IReadOnlyList<(string Name, byte[] Frame)> Openings { get; } =
    [
        ("NEGOTIATE 3.1.1", Negotiate(0, Dialect.Smb202, Dialect.Smb210, Dialect.Smb300, Dialect.Smb302, Dialect.Smb311)),
        ("NEGOTIATE 2.1", Negotiate(0, Dialect.Smb202, Dialect.Smb210)),
        ("SMB1 NEGOTIATE", Smb1Negotiate("NT LM 0.12", "SMB 2.002", "SMB 2.???")),
        ("SMB1 NEGOTIATE 2.002", Smb1Negotiate("NT LM 0.12", "SMB 2.002")),
    ];

    public static byte[] Negotiate(ulong messageId, params Dialect[] dialects)
    {
        byte[] buffer = new byte[512];
        var contexts = new NegotiateContextListWriter(buffer);
        if (dialects.Contains(Dialect.Smb311))
        {
            contexts.Add(new PreauthIntegrityCapabilities(
                IdList<HashAlgorithmId>.Of(HashAlgorithmId.Sha512), RandomNumberGenerator.GetBytes(32)));
            contexts.Add(new EncryptionCapabilities(IdList<EncryptionAlgorithm>.Of(
                EncryptionAlgorithm.Aes128Gcm, EncryptionAlgorithm.Aes256Ccm)));
            contexts.Add(new SigningCapabilities(IdList<SigningAlgorithm>.Of(SigningAlgorithm.AesGmac, SigningAlgorithm.AesCmac)));
            contexts.Add(PosixExtensionsAvailable.Current);
        }

        return Write(messageId, new NegotiateRequest(
            IdList<Dialect>.Of(dialects), SecurityMode.SigningEnabled, Capabilities.GlobalCapEncryption,
            Guid.NewGuid(), contexts.Count, contexts.Written.ToArray()));
    }

    /// <summary>A request outside of any session.</summary>
    public static byte[] Write<T>(ulong messageId, T request)
        where T : struct, IRequest<T>
    {
        byte[] bytes = new byte[Smb2Header.Size + request.Length];
        var writer = new WireWriter(bytes);
        new Smb2Header(1, NtStatus.Success, T.Command, 1, Smb2HeaderFlags.None, 0, messageId, 0, 0, 0).Write(ref writer);
        request.Write(ref writer);
        Assert.True(writer.IsValid);
        return bytes;
    }

    /// <summary>A compound of messages that were built one after the other.</summary>
    public static byte[] Chain(bool related, params byte[][] messages)
    {
        using var frame = new MemoryStream();
        for (int i = 0; i < messages.Length; i++)
        {
            bool last = i == messages.Length - 1;
            byte[] message = messages[i];
            if (!last)
                Array.Resize(ref message, (message.Length + 7) & ~7);
            BitConverter.TryWriteBytes(message.AsSpan(20), last ? 0 : message.Length);
            if (related && i > 0)
                message[16] |= (byte)Smb2HeaderFlags.RelatedOperations;
            frame.Write(message);
        }

        return frame.ToArray();
    }

    private static byte[] Smb1Negotiate(params string[] dialects)
    {
        byte[] names = [.. dialects.SelectMany(d => (byte[])[2, .. Encoding.ASCII.GetBytes(d), 0])];
        return
        [
            0xFF, (byte)'S', (byte)'M', (byte)'B', 0x72, .. new byte[27],
            0, .. BitConverter.GetBytes((ushort)names.Length), .. names,
        ];
    }

    private static Sample S<T>(string name, Func<Target, T> request)
        where T : struct, IRequest<T> => new(name, t => t.Peer.Build(request(t), signs: false));

    private static IEnumerable<Sample> EveryCommand()
    {
        yield return S("NEGOTIATE", static _ => new NegotiateRequest(
            IdList<Dialect>.Of(Dialect.Smb202), SecurityMode.SigningEnabled, Capabilities.None, Guid.Empty, 0, default));
        yield return S("SESSION_SETUP", static _ => new SessionSetupRequest(
            SessionSetupFlags.None, SecurityMode.SigningEnabled, Capabilities.None, 0, 0, Tokens.NtlmNegotiate()));
        yield return S("LOGOFF", static _ => new LogoffRequest());
        yield return S("TREE_CONNECT", static _ => new TreeConnectRequest(
            TreeConnectFlags.None, Encoding.Unicode.GetBytes($@"\\test\{TestServer.Share}")));
        yield return S("TREE_DISCONNECT", static _ => new TreeDisconnectRequest());
        yield return S("CREATE", static _ => ScriptedPeer.Create("other.txt"));
        yield return S("CREATE directory", static _ => ScriptedPeer.Create("new folder", options: CreateOptions.DirectoryFile));
        yield return S("CREATE stream", static _ => ScriptedPeer.Create(@"folder\b.txt:stream:$DATA", disposition: CreateDisposition.OverwriteIf));
        yield return S("CREATE quota file", static _ => ScriptedPeer.Create(@"$Extend\$Quota:$Q:$INDEX_ALLOCATION", disposition: CreateDisposition.Open));
        yield return S("CREATE with contexts", static _ => ScriptedPeer.Create(
            "contexts.txt", AccessMask.MaximumAllowed, CreateDisposition.Supersede, CreateOptions.DeleteOnClose, contexts: CreateContexts()));
        yield return S("CLOSE", static t => new CloseRequest(CloseFlags.PostqueryAttrib, t.File));
        yield return S("FLUSH", static t => new FlushRequest(t.File));
        yield return S("READ", static t => new ReadRequest(80, ReadFlags.None, 4096, 0, t.File, 1, Channel.None, 0, default));
        yield return S("WRITE", static t => new WriteRequest(
            112, 48, 16, t.File, Channel.None, 0, WriteFlags.WriteThrough, default, new byte[48]));
        yield return S("LOCK", static t => new LockRequest(
            1, 1, t.File, new LockElement(0, 10, LockFlags.ExclusiveLock | LockFlags.FailImmediately),
            new LockElement(20, 10, LockFlags.SharedLock | LockFlags.FailImmediately)));
        yield return S("LOCK unlock", static t => new LockRequest(0, 0, t.File, new LockElement(0, 10, LockFlags.Unlock)));
        yield return S("LOCK waiting", static t => new LockRequest(0, 0, t.File, new LockElement(1000, 1, LockFlags.ExclusiveLock)));
        yield return S("CANCEL", static _ => new CancelRequest());
        yield return S("ECHO", static _ => new EchoRequest());
        yield return S("QUERY_DIRECTORY", static t => new QueryDirectoryRequest(
            (byte)FileInformationClass.IdBothDirectory, QueryDirectoryFlags.RestartScans, 0, t.Directory, 4096, Encoding.Unicode.GetBytes("*.t?t")));
        yield return S("CHANGE_NOTIFY", static t => new ChangeNotifyRequest(NotifyFlags.WatchTree, 4096, t.Directory, CompletionFilter.All));
        yield return S("OPLOCK_BREAK", static t => new OplockBreakAcknowledgment(OplockLevel.None, t.File));
        yield return S("OPLOCK_BREAK lease", static _ => new LeaseBreakAcknowledgment(Guid.NewGuid(), LeaseState.None));
    }

    private static byte[] CreateContexts()
    {
        byte[] ea = new byte[8 + 5 + 5];
        ea[5] = 4;
        ea[6] = 5;
        "NAME\0value"u8.CopyTo(ea.AsSpan(8));
        byte[] buffer = new byte[1024];
        var writer = new CreateContextListWriter(buffer);
        writer.Add(CreateContextName.ExtA, ea);
        writer.Add(CreateContextName.SecD, Descriptor);
        writer.Add(CreateContextName.AlSi, BitConverter.GetBytes(8192UL));
        writer.Add(CreateContextName.MxAc, default);
        writer.Add(CreateContextName.QFid, default);
        writer.Add(CreateContextName.DHnQ, new byte[16]);
        writer.Add(CreateContextName.DH2Q, new byte[32]);
        writer.Add(CreateContextName.RqLs, new byte[52]);
        writer.Add(CreateContextName.AppInstanceId, new byte[20]);
        writer.Add(CreateContextName.Posix, BitConverter.GetBytes(0x1B6));
        writer.Add(new AaplServerQuery(
            AaplQueries.ServerCapabilities | AaplQueries.VolumeCapabilities | AaplQueries.ModelInfo, AaplCapabilities.ReadDirAttr));
        Assert.True(writer.IsValid);
        return writer.Written.ToArray();
    }

    private static Sample Ioctl(uint code, byte[] input, bool file = true, uint output = 4096) =>
        S($"IOCTL {code:X}", t => new IoctlRequest(
            (FsctlCode)code, file ? t.File : new FileId(ulong.MaxValue, ulong.MaxValue), 0, output, IoctlFlags.IsFsctl, input));

    private static IEnumerable<Sample> Ioctls()
    {
        yield return Ioctl(0x140204, [.. new byte[22], 1, 0, 0x11, 3], file: false); // FSCTL_VALIDATE_NEGOTIATE_INFO
        yield return Ioctl(0x11C017, new byte[72]); // FSCTL_PIPE_TRANSCEIVE
        yield return Ioctl(0x110018, new byte[20], file: false); // FSCTL_PIPE_WAIT
        yield return Ioctl(0x060194, [4, 0, .. Encoding.Unicode.GetBytes(@"\test\dfs"), 0, 0], file: false); // DFS_GET_REFERRALS
        yield return Ioctl(0x1401FC, [], file: false); // QUERY_NETWORK_INTERFACE_INFO
        yield return Ioctl(0x140078, []); // SRV_REQUEST_RESUME_KEY
        yield return Ioctl(0x1440F2, [.. new byte[24], 1, .. new byte[31]]); // SRV_COPYCHUNK
        yield return Ioctl(0x144064, [], output: 16); // SRV_ENUMERATE_SNAPSHOTS
        yield return Ioctl(0x1401D4, new byte[8]); // LMR_REQUEST_RESILIENCY
        yield return Ioctl(0x0900A8, []); // GET_REPARSE_POINT
        yield return Ioctl(0x0900A4, [0x0C, 0, 0, 0xA0, 16, 0, 0, 0, 0, 0, 2, 0, 2, 0, 2, 0, 1, 0, 0, 0, (byte)'a', 0, (byte)'a', 0]); // SET_REPARSE_POINT
        yield return Ioctl(0x0900A4, [0x77, 0, 0, 0, 2, 0, 0, 0, .. new byte[16], 1, 2]); // SET_REPARSE_POINT, of a third party
        yield return Ioctl(0x0900AC, [0x0C, 0, 0, 0xA0, 0, 0, 0, 0]); // DELETE_REPARSE_POINT
        yield return Ioctl(0x0900C4, [1]); // SET_SPARSE
        yield return Ioctl(0x0980C8, [.. new byte[8], 0xFF, .. new byte[7]]); // SET_ZERO_DATA
        yield return Ioctl(0x0940CF, [.. new byte[8], 0xFF, 0xFF, .. new byte[6]]); // QUERY_ALLOCATED_RANGES
        yield return Ioctl(0x09003C, []); // GET_COMPRESSION
        yield return Ioctl(0x09C040, [1, 0]); // SET_COMPRESSION
        yield return Ioctl(0x0900C0, []); // CREATE_OR_GET_OBJECT_ID
        yield return Ioctl(0x098208, [.. new byte[4], 1, .. new byte[3], .. new byte[16]]); // FILE_LEVEL_TRIM
        yield return Ioctl(0x098344, new byte[24]); // DUPLICATE_EXTENTS_TO_FILE
        yield return Ioctl(0x09002C, [6, 0, 0, 0, .. Encoding.Unicode.GetBytes(@"a\b")]); // IS_PATHNAME_VALID
        yield return Ioctl(0x09027C, []); // GET_INTEGRITY_INFORMATION
        yield return Ioctl(0x09C280, new byte[8]); // SET_INTEGRITY_INFORMATION
        yield return Ioctl(0x090380, [.. new byte[8], 1, .. new byte[7]]); // SET_INTEGRITY_INFORMATION_EX
        yield return Ioctl(0x090284, [.. new byte[8], 0xFF, .. new byte[7], 1, .. new byte[7]]); // QUERY_FILE_REGIONS
        yield return Ioctl(0x094264, [32, .. new byte[24], 2, .. new byte[6]]); // OFFLOAD_READ
        yield return Ioctl( // OFFLOAD_WRITE, of zeros
            0x098268, [0x20, 2, .. new byte[15], 2, .. new byte[14], 0xFF, 0xFF, 0, 1, 0, 0, 1, 0xF8, .. new byte[504]]);
        yield return Ioctl(0x098268, [0x20, 2, .. new byte[15], 2, .. new byte[14], .. new byte[512]]); // OFFLOAD_WRITE
    }

    private static Sample Query(string name, InfoType type, byte @class, uint additional = 0, byte[]? input = null) =>
        S($"QUERY_INFO {name}", t => new QueryInfoRequest(type, @class, 4096, additional, QueryInfoFlags.None, t.File, input ?? []));

    private static Sample Set(FileInformationClass @class, byte[] buffer) =>
        S($"SET_INFO {@class}", t => new SetInfoRequest(InfoType.File, (byte)@class, 0, t.File, buffer));

    private static byte[] Named(int header, string name)
    {
        byte[] bytes = [.. new byte[header - 4], .. BitConverter.GetBytes(name.Length * 2), .. Encoding.Unicode.GetBytes(name)];
        return bytes;
    }

    private static IEnumerable<Sample> Informations()
    {
        yield return Query("all", InfoType.File, (byte)FileInformationClass.All);
        yield return Query("stream", InfoType.File, (byte)FileInformationClass.Stream);
        yield return Query("EAs", InfoType.File, (byte)FileInformationClass.FullEa, input: [0, 0, 0, 0, 4, .. "NAME\0"u8]);
        yield return Query("volume", InfoType.FileSystem, 1);
        yield return Query("security", InfoType.Security, 0, 7);
        yield return Query("quota", InfoType.Quota, 0, input: [0, 1, .. new byte[14]]);
        yield return Query("quota of one", InfoType.Quota, 0, input: new QueryQuotaInfo(false, true, [Sid.BuiltinUsers], null).ToArray());
        yield return Query("quota from one on", InfoType.Quota, 0, input: new QueryQuotaInfo(true, false, [], Sid.BuiltinUsers).ToArray());
        yield return Set(FileInformationClass.Basic, new byte[40]);
        yield return Set(FileInformationClass.Rename, Named(20, "a renamed.txt"));
        yield return Set(FileInformationClass.Link, Named(20, "a link.txt"));
        yield return Set(FileInformationClass.FullEa, [.. new byte[5], 4, 5, 0, .. "NAME\0value"u8]);
        yield return Set(FileInformationClass.EndOfFile, BitConverter.GetBytes(5000L));
        yield return S("SET_INFO security", static t => new SetInfoRequest(InfoType.Security, 0, 4, t.File, Descriptor));
    }

    private static IEnumerable<Sample> EveryClass()
    {
        foreach (byte c in (byte[])[.. Enumerable.Range(0, 83).Select(static n => (byte)n), (byte)FileInformationClass.Posix])
        {
            byte @class = c;
            yield return Query($"file {c}", InfoType.File, c);
            yield return S($"QUERY_DIRECTORY {c}", t => new QueryDirectoryRequest(
                @class, QueryDirectoryFlags.RestartScans, 0, t.Directory, 600, Encoding.Unicode.GetBytes("*")));
        }

        for (byte c = 0; c <= 14; c++)
            yield return Query($"volume {c}", InfoType.FileSystem, c);
        yield return Query("volume posix", InfoType.FileSystem, (byte)FileSystemInformationClass.Posix);
        yield return Set(FileInformationClass.Disposition, [1]);
        yield return Set(FileInformationClass.DispositionEx, [3, 0, 0, 0]);
        yield return Set(FileInformationClass.Position, BitConverter.GetBytes(77L));
        yield return Set(FileInformationClass.Mode, BitConverter.GetBytes(2));
        yield return Set(FileInformationClass.Allocation, BitConverter.GetBytes(65536L));
        yield return Set(FileInformationClass.ValidDataLength, BitConverter.GetBytes(10L));
        yield return Set(FileInformationClass.ShortName, Named(4, "A~1.TXT"));
        yield return Set(FileInformationClass.RenameEx, Named(20, "a renamed.txt"));
        yield return Set(FileInformationClass.LinkEx, Named(20, ":stream"));
        yield return S("SET_INFO quota", static t => new SetInfoRequest(InfoType.Quota, 0, 0, t.File, new byte[56]));
        yield return S("SET_INFO volume", static t => new SetInfoRequest(InfoType.FileSystem, 6, 0, t.File, new byte[48]));
    }

    private static IEnumerable<Sample> Compounds()
    {
        var last = new FileId(ulong.MaxValue, ulong.MaxValue);
        byte[] CreateWriteReadClose(Target t, bool related)
        {
            FileId file = related ? last : t.File;
            return Chain(related,
                t.Peer.Build(ScriptedPeer.Create("compound.txt"), false),
                t.Peer.Build(new WriteRequest(112, 8, 0, file, Channel.None, 0, WriteFlags.None, default, new byte[8]), false),
                t.Peer.Build(new ReadRequest(80, ReadFlags.None, 64, 0, file, 0, Channel.None, 0, default), false),
                t.Peer.Build(new QueryInfoRequest(InfoType.File, (byte)FileInformationClass.All, 512, 0, QueryInfoFlags.None, file, default), false),
                t.Peer.Build(new LockRequest(0, 0, file, new LockElement(1000, 1, LockFlags.ExclusiveLock)), false),
                t.Peer.Build(new CloseRequest(CloseFlags.None, file), false));
        }

        yield return new Sample("related compound", t => CreateWriteReadClose(t, related: true));
        yield return new Sample("unrelated compound", t => CreateWriteReadClose(t, related: false));
        yield return new Sample("compound with a session setup", static t => Chain(false,
            t.Peer.Build(new EchoRequest(), false),
            t.Peer.Build(new SessionSetupRequest(
                SessionSetupFlags.None, SecurityMode.SigningEnabled, Capabilities.None, 0, 0, Tokens.NtlmNegotiate()), false),
            t.Peer.Build(new EchoRequest(), false)));
        yield return new Sample("echoes", static t => Chain(false,
            [.. Enumerable.Range(0, 20).Select(_ => t.Peer.Build(new EchoRequest(), false))]));
    }
}
