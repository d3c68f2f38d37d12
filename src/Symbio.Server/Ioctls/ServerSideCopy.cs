using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Server.Opens;

namespace Symbio.Server.Ioctls;

/// <summary>
/// FSCTL_SRV_COPYCHUNK and FSCTL_SRV_COPYCHUNK_WRITE, [MS-SMB2] 3.3.5.15.6: copies from the open that a resume key names.
/// </summary>
internal static class ServerSideCopy
{
    // [MS-SMB2] 3.3.3: ServerSideCopyMaxNumberofChunks, ServerSideCopyMaxChunkSize, ServerSideCopyMaxDataSize, as Windows
    // has them. They bound how long one request takes; its memory is one piece of a chunk.
    private const int MaxChunks = 256;
    private const uint MaxChunkSize = 1 << 20;
    private const uint MaxDataSize = 16 << 20;

    // Deviation: the specification asks for FILE_READ_DATA. Windows reads the source as READ does, which FILE_EXECUTE
    // allows too (smb2.ioctl.copy_chunk_bad_access); of the target's handle it does ask for FILE_READ_DATA.
    private const AccessMask SourceAccess = AccessMask.ReadData | AccessMask.Execute;
    private const AccessMask TargetAccess = AccessMask.WriteData | AccessMask.AppendData;

    /// <summary>FSCTL_SRV_COPYCHUNK: who copies may also read what he has written.</summary>
    public static ValueTask<NtStatus> HandleAsync(FsctlCall call) => HandleAsync(call, readsTarget: true);

    /// <summary>FSCTL_SRV_COPYCHUNK_WRITE</summary>
    public static ValueTask<NtStatus> HandleWriteAsync(FsctlCall call) => HandleAsync(call, readsTarget: false);

    private static ValueTask<NtStatus> HandleAsync(FsctlCall call, bool readsTarget)
    {
        if (call.MaxOutput < SrvCopychunkResponse.MinimumLength)
            return new(NtStatus.InvalidParameter);

        // The fixed part first: a count beyond the limit is answered with the limit, whatever follows it.
        var reader = new WireReader(call.Request.Input);
        var key = ResumeKey.Read(ref reader);
        uint count = reader.ReadUInt32();
        if (!reader.IsValid)
            return new(NtStatus.InvalidParameter);
        if (call.Context.Session.FindByResumeKey(key) is not { } source)
            return new(NtStatus.ObjectNameNotFound);
        NtStatus status = CheckOpens(source, call.Open, readsTarget);
        if (status != NtStatus.Success)
            return new(status);
        if (count == 0 && call.Open.Tree.IsApple)
        {
            // It overwrites and cuts, which [MS-FSA] 2.1.5.4 has only FILE_WRITE_DATA for.
            if ((call.Open.GrantedAccess & AccessMask.WriteData) == 0)
                return new(NtStatus.AccessDenied);
            return UseAsync(source, () => new Copyfile(call, source).RunAsync());
        }

        if (count > MaxChunks)
            return new(ReplyLimits(call));
        if (!call.TryReadInput(out SrvCopychunkCopy request))
            return new(ReplyLimits(call)); // Shorter than its chunks.
        ulong total = 0;
        foreach (var chunk in request.Chunks)
        {
            ulong end = (ulong)long.MaxValue - chunk.Length;
            if (chunk.Length is 0 or > MaxChunkSize || chunk.SourceOffset > end || chunk.TargetOffset > end)
                return new(ReplyLimits(call));
            total += chunk.Length;
        }

        if (total > MaxDataSize)
            return new(ReplyLimits(call));
        return UseAsync(source, () => new CopychunkRun(call, source).RunAsync(request.Chunks));
    }

    // The dispatcher keeps the target's handle while the request runs; the source's is kept here.
    private static async ValueTask<NtStatus> UseAsync(Open source, Func<ValueTask<NtStatus>> copy)
    {
        if (!source.TryUse())
            return NtStatus.ObjectNameNotFound;
        try
        {
            return await copy().ConfigureAwait(false);
        }
        finally
        {
            await source.EndUseAsync().ConfigureAwait(false);
        }
    }

    private static NtStatus CheckOpens(Open source, Open target, bool readsTarget)
    {
        if (source.StoreFile is null || source.IsDirectory || target.IsDirectory)
            return NtStatus.InvalidDeviceRequest;
        if (target.Tree.Share.IsReadOnly)
            return NtStatus.MediaWriteProtected;
        if ((source.GrantedAccess & SourceAccess) == 0 || (target.GrantedAccess & TargetAccess) == 0)
            return NtStatus.AccessDenied;
        return readsTarget && (target.GrantedAccess & AccessMask.ReadData) == 0 ? NtStatus.AccessDenied : NtStatus.Success;
    }

    // 3.3.5.15.6.2: the client is told what it may ask for.
    public static NtStatus ReplyLimits(in FsctlCall call)
    {
        call.Reply(new SrvCopychunkResponse(MaxChunks, MaxChunkSize, MaxDataSize));
        call.Context.KeepsErrorBody = true;
        return NtStatus.InvalidParameter;
    }
}
