using System.Runtime.CompilerServices;
using Symbio.Client.Connections;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Client;

/// <summary>
/// A file or directory that is open on the server: Open of [MS-SMB2] 3.2.1.6. Any number of calls may be under way at
/// once. Disposing it closes it.
/// </summary>
public sealed partial class SmbFile : IAsyncDisposable
{
    private readonly SmbTree _tree;
    private int _closed;

    internal SmbFile(SmbTree tree, string path, in CreateResponse response)
    {
        _tree = tree;
        Path = path;
        FileId = response.FileId;
        Action = response.CreateAction;
        Attributes = response.FileAttributes;
        LengthWhenOpened = (long)response.EndOfFile;
    }

    /// <summary>As it was opened; a rename does not change it.</summary>
    public string Path { get; }

    /// <summary>Open.FileId</summary>
    public FileId FileId { get; }

    /// <summary>What the open did.</summary>
    public CreateAction Action { get; }

    /// <summary>As they were when it was opened.</summary>
    public FileAttributes Attributes { get; }

    /// <summary>Bytes that it had when it was opened.</summary>
    public long LengthWhenOpened { get; }

    public bool IsDirectory => (Attributes & FileAttributes.Directory) != 0;

    private SmbConnection Connection => _tree.Session.Connection;

    /// <summary>Closes it. What had to wait for that (a deletion) is then done, or was refused.</summary>
    public async ValueTask CloseAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;
        try
        {
            using Reply reply = await _tree
                .SendAsync(new CloseRequest(CloseFlags.None, FileId), replySize: 0, cancellationToken).ConfigureAwait(false);
            reply.ThrowIfFailed(Path);
        }
        catch (Exception e) when (e is not IOException)
        {
            Volatile.Write(ref _closed, 0); // Cancelled, or never sent: it is open still.
            throw;
        }
    }

    /// <summary>Closes it, as far as the server can still be told.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await CloseAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It ends with the session, if not now.
        }
    }

    /// <summary>An information class of the file, [MS-FSCC] 2.4.</summary>
    public async ValueTask<T> QueryInfoAsync<T>(CancellationToken cancellationToken = default)
        where T : struct, IFileInformation<T>
    {
        using Reply reply = await QueryAsync(InfoType.File, (byte)T.Class, 0, cancellationToken).ConfigureAwait(false);
        return InformationBuffer.Read<T>(reply);
    }

    /// <summary>An information class of the file system that the file is in, [MS-FSCC] 2.5.</summary>
    public async ValueTask<T> QueryFileSystemInfoAsync<T>(CancellationToken cancellationToken = default)
        where T : struct, IFileSystemInformation<T>
    {
        using Reply reply =
            await QueryAsync(InfoType.FileSystem, (byte)T.Class, 0, cancellationToken).ConfigureAwait(false);
        return InformationBuffer.Read<T>(reply);
    }

    /// <summary>The parts of the security descriptor that are asked for, self-relative ([MS-DTYP] 2.4.6).</summary>
    public async ValueTask<byte[]> QuerySecurityAsync(
        SecurityInformation parts, CancellationToken cancellationToken = default)
    {
        using Reply reply = await QueryAsync(InfoType.Security, 0, (uint)parts, cancellationToken).ConfigureAwait(false);
        return reply.Read<QueryInfoResponse>().Buffer.ToArray();
    }

    /// <summary>Sets an information class of the file, [MS-FSCC] 2.4.</summary>
    public async ValueTask SetInfoAsync<T>(T information, CancellationToken cancellationToken = default)
        where T : struct, IFileInformation<T>
    {
        var request = new SetInfoRequest(
            InfoType.File, (byte)T.Class, 0, FileId, InformationBuffer.Write(information));
        using Reply reply = await _tree.SendAsync(request, replySize: 0, cancellationToken).ConfigureAwait(false);
        reply.ThrowIfFailed(Path);
    }

    /// <summary>Sets parts of the security descriptor.</summary>
    public async ValueTask SetSecurityAsync(
        SecurityInformation parts, ReadOnlyMemory<byte> descriptor, CancellationToken cancellationToken = default)
    {
        var request = new SetInfoRequest(InfoType.Security, 0, (uint)parts, FileId, descriptor);
        using Reply reply = await _tree.SendAsync(request, replySize: 0, cancellationToken).ConfigureAwait(false);
        reply.ThrowIfFailed(Path);
    }

    /// <summary>Gives it another path within the share.</summary>
    public ValueTask RenameAsync(string newPath, bool replace = false, CancellationToken cancellationToken = default) =>
        SetInfoAsync(new FileRenameInformation(replace, 0, newPath), cancellationToken);

    /// <summary>Has it deleted when the last open of it is closed; or not, after all.</summary>
    public ValueTask SetDeletePendingAsync(bool deletePending = true, CancellationToken cancellationToken = default) =>
        SetInfoAsync(new FileDispositionInformation(deletePending), cancellationToken);

    /// <summary>Makes it so many bytes long.</summary>
    public ValueTask SetLengthAsync(long length, CancellationToken cancellationToken = default) =>
        SetInfoAsync(new FileEndOfFileInformation(length), cancellationToken);

    /// <summary>Locks or unlocks byte ranges, [MS-SMB2] 2.2.26: all of them, or none.</summary>
    public async ValueTask LockAsync(ReadOnlyMemory<LockElement> locks, CancellationToken cancellationToken = default)
    {
        using Reply reply = await _tree
            .SendAsync(new LockRequest(0, 0, FileId, locks.Span), replySize: 0, cancellationToken).ConfigureAwait(false);
        reply.ThrowIfFailed(Path);
    }

    /// <summary>A file system control, [MS-FSCC] 2.3: what it gives back.</summary>
    public async ValueTask<byte[]> ControlAsync(
        FsctlCode code, ReadOnlyMemory<byte> input, int maxOutput = 0, CancellationToken cancellationToken = default)
    {
        var request = new IoctlRequest(code, FileId, 0, (uint)maxOutput, IoctlFlags.IsFsctl, input);
        using Reply reply = await _tree.SendAsync(request, Math.Max(input.Length, maxOutput), cancellationToken)
            .ConfigureAwait(false);
        reply.ThrowIfFailed(Path);
        return reply.Read<IoctlResponse>().Output.ToArray();
    }

    // What most information classes and descriptors fit in, and what one credit pays for.
    private const int UsualInformationSize = 1024;
    private const int MaxInformationSize = NegotiatedParameters.Smallest;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Reply> QueryAsync(
        InfoType type, byte infoClass, uint additional, CancellationToken cancellationToken)
    {
        var request = new QueryInfoRequest(
            type, infoClass, UsualInformationSize, additional, QueryInfoFlags.None, FileId, default);
        Reply reply = await _tree.SendAsync(request, UsualInformationSize, cancellationToken).ConfigureAwait(false);
        if (reply.Status is NtStatus.BufferOverflow or NtStatus.BufferTooSmall)
        {
            reply.Dispose();
            request = request with { OutputBufferLength = MaxInformationSize };
            reply = await _tree.SendAsync(request, MaxInformationSize, cancellationToken).ConfigureAwait(false);
        }

        if (reply.Status.IsSuccess)
            return reply;
        reply.Dispose();
        throw new SmbException(reply.Status, Smb2Command.QueryInfo, Path);
    }
}
