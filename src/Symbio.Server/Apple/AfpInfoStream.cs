using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Storage;

namespace Symbio.Server.Apple;

/// <summary>
/// The stream AFP_AfpInfo, which is always 60 bytes: without anything kept it reads as one that says nothing, written is all of
/// it or none, and what says nothing is not kept. How Apple's server and Samba's fruit module have it.
/// </summary>
internal sealed class AfpInfoStream(IStoreFile file) : AppleStream(file, AfpInfo.StreamName)
{
    /// <summary>Looks at the bytes: what is no AfpInfo is not there for anybody.</summary>
    public override async ValueTask<(NtStatus Status, bool Exists)> ExistsAsync()
    {
        byte[] content = new byte[AfpInfo.Length];
        NtStatus status = await ReadKeptAsync(content, CancellationToken.None).ConfigureAwait(false);
        return (status, AfpInfo.IsWorthKeeping(content));
    }

    public override ValueTask<(NtStatus Status, FileStat Stat)> GetStatAsync(CancellationToken cancellationToken) =>
        GetStatAsync(AfpInfo.Length, cancellationToken);

    /// <summary>
    /// Reads from the beginning, wherever a client says it wants to begin; only at the end is nothing.
    /// (So does Apple's server, and clients know nothing else.)
    /// </summary>
    public override async ValueTask<(NtStatus Status, int Count)> ReadAsync(
        ulong offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        byte[] content = new byte[AfpInfo.Length];
        NtStatus status = await ReadKeptAsync(content, cancellationToken).ConfigureAwait(false);
        if (status.IsError)
            return (status, 0);
        if (!AfpInfo.IsValid(content))
            AfpInfo.Write(content, finderInfo: default);
        int count = offset >= AfpInfo.Length ? 0 : Math.Min(AfpInfo.Length, destination.Length);
        content.AsSpan(0, count).CopyTo(destination.Span);
        return (NtStatus.Success, count);
    }

    /// <summary>
    /// Writes the whole, wherever the client says it belongs; what is longer counts to its end. Of one that begins at the
    /// beginning and ends early, the rest is zeros; if that is before the FinderInfo, there is nothing to keep.
    /// <see cref="NtStatus.InvalidParameter"/> for all else.
    /// </summary>
    public override async ValueTask<NtStatus> WriteAsync(
        ulong offset, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        if ((offset != 0 && source.Length < AfpInfo.Length) || !AfpInfo.HasSignature(source.Span))
            return NtStatus.InvalidParameter;
        if (source.Length <= AfpInfo.FinderInfoOffset)
            return NtStatus.Success;
        byte[] content = new byte[AfpInfo.Length];
        source[..Math.Min(source.Length, AfpInfo.Length)].CopyTo(content);
        if (!AfpInfo.IsValid(content))
            return NtStatus.InvalidParameter;
        if (!AfpInfo.IsWorthKeeping(content))
            return await RemoveAsync().ConfigureAwait(false);
        (NtStatus status, IStoreFile? stream) = await OpenOrMakeAsync().ConfigureAwait(false);
        if (stream is null)
            return status;
        await using (stream.ConfigureAwait(false))
        {
            status = await stream.WriteAsync(0, content, cancellationToken).ConfigureAwait(false);
            return status.IsError
                ? status
                : await stream.SetEndOfFileAsync(AfpInfo.Length, cancellationToken).ConfigureAwait(false);
        }
    }

    public override ValueTask<NtStatus> AppendAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken) =>
        new(NtStatus.InvalidParameter);

    /// <summary>It has its size; a smaller one is accepted, and changes nothing.</summary>
    public override ValueTask<NtStatus> SetEndOfFileAsync(ulong size, CancellationToken cancellationToken) =>
        new(size > AfpInfo.Length ? NtStatus.AllottedSpaceExceeded : NtStatus.Success);

    public override ValueTask<NtStatus> SetAllocationAsync(ulong size, CancellationToken cancellationToken) =>
        new(NtStatus.Success);

    public override ValueTask<(NtStatus Status, ulong Count)> ZeroRangeAsync(
        StoreRange range, bool deallocate, CancellationToken cancellationToken) => new((NtStatus.InvalidParameter, 0));

    public override ValueTask<NtStatus> RenameStreamAsync(
        string newName, bool replace, CancellationToken cancellationToken) => new(NtStatus.AccessDenied);

    // Zeros, which are not valid, where nothing is kept, or less than there has to be.
    private async ValueTask<NtStatus> ReadKeptAsync(byte[] content, CancellationToken cancellationToken)
    {
        (NtStatus status, IStoreFile? stream) = await OpenAsync().ConfigureAwait(false);
        if (stream is null)
            return status == NtStatus.ObjectNameNotFound ? NtStatus.Success : status;
        await using (stream.ConfigureAwait(false))
        {
            (status, int count) = await stream.ReadAsync(0, content, cancellationToken).ConfigureAwait(false);
            if (count < content.Length)
                content.AsSpan().Clear();
            return status;
        }
    }
}
