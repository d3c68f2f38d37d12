using System.Runtime.CompilerServices;
using System.Text;
using Symbio.Client.Connections;
using Symbio.Client.Sessions;
using Symbio.Client.Trees;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;

namespace Symbio.Client;

/// <summary>A share, connected to: TreeConnect of [MS-SMB2] 3.2.1.4. Disposing it disconnects.</summary>
public sealed class SmbTree : IAsyncDisposable
{
    private readonly SmbSession _session;
    private readonly uint _treeId;
    private int _disposed;

    private SmbTree(SmbSession session, string share, uint treeId, in TreeConnectResponse response)
    {
        _session = session;
        _treeId = treeId;
        Share = share;
        ShareType = response.ShareType;
        Capabilities = response.Capabilities;
        MaximalAccess = response.MaximalAccess;
        EncryptData = session.EncryptData || (response.ShareFlags & ShareFlags.EncryptData) != 0;
    }

    /// <summary>The share's name.</summary>
    public string Share { get; }

    public ShareType ShareType { get; }

    public ShareCapabilities Capabilities { get; }

    /// <summary>What the share lets this user do at most.</summary>
    public AccessMask MaximalAccess { get; }

    /// <summary>TreeConnect.EncryptData, or the session's.</summary>
    public bool EncryptData { get; }

    public SmbSession Session => _session;

    /// <summary>Opens a file or directory, or makes one.</summary>
    /// <param name="path">From the share's root, parts separated by backslashes; empty for the root itself.</param>
    public async ValueTask<SmbFile> OpenAsync(
        string path, SmbOpenOptions? options = null, CancellationToken cancellationToken = default)
    {
        (NtStatus status, SmbFile? file) = await TryOpenAsync(path, options, cancellationToken).ConfigureAwait(false);
        return file ?? throw new SmbException(status, Smb2Command.Create, path);
    }

    /// <summary>As <see cref="OpenAsync"/>, for callers to whom a refusal is nothing out of the ordinary.</summary>
    public async ValueTask<(NtStatus Status, SmbFile? File)> TryOpenAsync(
        string path, SmbOpenOptions? options = null, CancellationToken cancellationToken = default)
    {
        CreateRequest request = (options ?? SmbOpenOptions.Read).ToRequest(path);
        using Reply reply = await SendAsync(request, replySize: 0, cancellationToken).ConfigureAwait(false);
        return reply.Status.IsSuccess
            ? (reply.Status, new SmbFile(this, path, reply.Read<CreateResponse>()))
            : (reply.Status, null);
    }

    /// <summary>Sizes, times and attributes of a file or directory, in one exchange.</summary>
    public async ValueTask<FileNetworkOpenInformation> StatAsync(string path, CancellationToken cancellationToken = default)
    {
        (NtStatus status, FileNetworkOpenInformation information) =
            await TryStatAsync(path, cancellationToken).ConfigureAwait(false);
        return status.IsSuccess ? information : throw new SmbException(status, Smb2Command.Create, path);
    }

    /// <summary>As <see cref="StatAsync"/>, for callers to whom a refusal is nothing out of the ordinary.</summary>
    public async ValueTask<(NtStatus Status, FileNetworkOpenInformation Information)> TryStatAsync(
        string path, CancellationToken cancellationToken = default)
    {
        var query = new QueryInfoRequest(
            InfoType.File, (byte)FileInformationClass.NetworkOpen, (uint)FileNetworkOpenInformation.MinimumLength, 0,
            QueryInfoFlags.None, FileId.Any, default);
        (Reply opened, Reply queried, Reply closed) =
            await SendOpenedAsync(SmbOpenOptions.AttributesOnly.ToRequest(path), query, 0, cancellationToken).ConfigureAwait(false);
        using (opened)
        using (queried)
        using (closed)
        {
            NtStatus status = opened.Status.IsSuccess ? queried.Status : opened.Status;
            return status.IsSuccess
                ? (status, InformationBuffer.Read<FileNetworkOpenInformation>(queried))
                : (status, default);
        }
    }

    /// <summary>Deletes a file, or a directory that is empty, in one exchange.</summary>
    public async ValueTask DeleteAsync(string path, CancellationToken cancellationToken = default)
    {
        var request = new SetInfoRequest(
            InfoType.File, (byte)FileInformationClass.Disposition, 0, FileId.Any,
            InformationBuffer.Write(new FileDispositionInformation(DeletePending: true)));
        (Reply opened, Reply marked, Reply closed) = await SendOpenedAsync(
            SmbOpenOptions.Deletion.ToRequest(path), request, 0, cancellationToken).ConfigureAwait(false);
        using (opened)
        using (marked)
        using (closed)
        {
            opened.ThrowIfFailed(path);
            marked.ThrowIfFailed(path);
            closed.ThrowIfFailed(path);
        }
    }

    /// <summary>Gives a file or directory another path within the share, in one exchange.</summary>
    public async ValueTask RenameAsync(
        string path, string newPath, bool replace = false, CancellationToken cancellationToken = default)
    {
        var request = new SetInfoRequest(
            InfoType.File, (byte)FileInformationClass.Rename, 0, FileId.Any,
            InformationBuffer.Write(new FileRenameInformation(replace, 0, newPath)));
        (Reply opened, Reply renamed, Reply closed) = await SendOpenedAsync(
            SmbOpenOptions.Deletion.ToRequest(path), request, 0, cancellationToken).ConfigureAwait(false);
        using (opened)
        using (renamed)
        using (closed)
        {
            opened.ThrowIfFailed(path);
            renamed.ThrowIfFailed(path);
        }
    }

    /// <summary>Makes a directory; one that is there already is an error.</summary>
    public async ValueTask CreateDirectoryAsync(string path, CancellationToken cancellationToken = default)
    {
        SmbFile directory = await OpenAsync(path, SmbOpenOptions.NewDirectory, cancellationToken).ConfigureAwait(false);
        await directory.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Disconnects, as far as the server can still be told.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        try
        {
            using Reply reply =
                await SendAsync(new TreeDisconnectRequest(), replySize: 0, CancellationToken.None).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The session's end is the tree's.
        }
    }

    internal static async ValueTask<SmbTree> ConnectAsync(
        SmbSession session, string share, CancellationToken cancellationToken)
    {
        SmbChannel channel = session.PickChannel();
        SmbConnection connection = channel.Connection;

        // In 3.1.1 a TREE_CONNECT is protected even where nothing else is, [MS-SMB2] 3.2.4.1.1.
        bool sign = session.HasKeys && !session.EncryptData && (session.SigningRequired || connection.Dialect == Dialect.Smb311);
        byte[] path = Encoding.Unicode.GetBytes($@"\\{connection.ServerName}\{share}");
        using Reply reply = await connection.SendAsync(
            channel.Target(sign, session.EncryptData), new TreeConnectRequest(TreeConnectFlags.None, path), replySize: 0,
            cancellationToken).ConfigureAwait(false);
        reply.ThrowIfFailed(share);
        var tree = new SmbTree(session, share, reply.Header.TreeId, reply.Read<TreeConnectResponse>());
        if (tree.EncryptData && !channel.CanEncrypt)
        {
            await tree.DisposeAsync().ConfigureAwait(false);
            throw new SmbException(NtStatus.AccessDenied, Smb2Command.TreeConnect, share);
        }

        await NegotiateValidation.RunAsync(channel, tree, cancellationToken).ConfigureAwait(false);
        return tree;
    }

    /// <summary>What a request about the share is sent with, over one of the session's connections.</summary>
    internal RequestTarget Target(SmbChannel channel) =>
        new(channel, _treeId, _session.SigningRequired && !EncryptData, EncryptData);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<Reply> SendAsync<TRequest, TPayload>(
        TRequest request, TPayload payload, int replySize, CancellationToken cancellationToken)
        where TRequest : struct, IRequest<TRequest>
        where TPayload : struct, IPayload
    {
        SmbChannel channel = _session.PickChannel();
        return await channel.Connection.SendAsync(Target(channel), request, payload, replySize, cancellationToken)
            .ConfigureAwait(false);
    }

    internal ValueTask<Reply> SendAsync<TRequest>(TRequest request, int replySize, CancellationToken cancellationToken)
        where TRequest : struct, IRequest<TRequest> =>
        SendAsync(request, default(NoPayload), replySize, cancellationToken);

    /// <summary>Opens, does something with what was opened, and closes it: three requests in one frame.</summary>
    internal ValueTask<(Reply Opened, Reply Done, Reply Closed)> SendOpenedAsync<TRequest>(
        CreateRequest open, TRequest request, int replySize, CancellationToken cancellationToken)
        where TRequest : struct, IRequest<TRequest>
    {
        SmbChannel channel = _session.PickChannel();
        return channel.Connection.SendRelatedAsync(
            Target(channel), open, request, new CloseRequest(CloseFlags.None, FileId.Any), replySize, cancellationToken);
    }
}
