using Symbio.Identity;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.Sessions;
using Symbio.Server.Trees;
using Symbio.Storage;

namespace Symbio.Server.Commands;

/// <summary>Receiving an SMB2 TREE_CONNECT Request, [MS-SMB2] 3.3.5.7.</summary>
internal static class TreeConnectHandler
{
    private const AccessMask ReadOnlyAccess = AccessMask.FileGenericRead | AccessMask.FileGenericExecute;

    public static CommandEntry Entry { get; } = CommandEntry.For<TreeConnectRequest>(Handle, needsTree: false);

    private static ValueTask<NtStatus> Handle(RequestContext context, TreeConnectRequest request)
    {
        if (!request.IsPathLengthEven)
            return new(NtStatus.InvalidParameter);
        string path = WireReader.ToUtf16(request.PathBytes.Span);
        NtStatus status = Connect(context, path, out string name);
        if (status.IsError)
            ServerLog.TreeRefused(context.Connection.Log, context.Session.UserName, UntrustedText.ForLog(name, 128), status);
        return new(status);
    }

    private static NtStatus Connect(RequestContext context, string path, out string name)
    {
        name = path;
        Session session = context.Session;
        SmbServer server = context.Server;
        Connection connection = context.Connection;

        // 3.1.1: the request must be protected, or an attacker could take the encryption of a share away.
        if (connection.Dialect == Dialect.Smb311 && !session.IsGuestOrAnonymous && !context.IsEncrypted
            && (context.Header.Flags & Smb2HeaderFlags.Signed) == 0)
        {
            connection.Abort("a TREE_CONNECT that is neither signed nor encrypted");
            return NtStatus.AccessDenied;
        }

        if (!TryParsePath(path, out name))
            return NtStatus.BadNetworkName;
        if (!server.Shares.TryGet(name, out Share? share))
            return NtStatus.BadNetworkName;
        LogonIdentity identity = session.Identity!;
        if (share.EncryptData && connection.Negotiated!.Cipher == EncryptionAlgorithm.None
            && server.Options.RejectUnencryptedAccess)
        {
            return NtStatus.AccessDenied;
        }

        NtStatus status = CheckAccess(share, identity, out AccessMask access);
        if (status != NtStatus.Success)
            return status;
        if (session.TreeConnects.Count >= server.Options.Limits.MaxTreesPerSession)
            return NtStatus.InsufficientResources;
        if (!share.TryEnter())
            return NtStatus.RequestNotAccepted;
        if (!share.TryHold())
        {
            share.Leave();
            return NtStatus.BadNetworkName;
        }

        var tree = new TreeConnect(
            session.NewTreeId(), session, share, access, CallerFor(share, identity), server.Time.GetUtcNow());
        session.TreeConnects[tree.TreeId] = tree;
        if (session.IsClosed || share.IsRetired)
        {
            session.TreeConnects.TryRemove(tree.TreeId, tree);
            tree.Release(); // The session or the share ended meanwhile, and has not seen this tree.
            return session.IsClosed ? NtStatus.UserSessionDeleted : NtStatus.BadNetworkName;
        }

        context.ResponseTreeId = tree.TreeId;
        context.Open = null; // [MS-SMB2] 3.3.5.2.7.2: what is related to this has no file, whatever there was before.
        ServerLog.TreeConnected(connection.Log, session.UserName, share.Name);
        ShareFlags flags = share.Flags;
        if (server.Options.Compression == CompressionMode.All && !share.IsIpc && connection.Negotiated!.Compression is not null)
            flags |= ShareFlags.CompressData;
        context.Response.Write(new TreeConnectResponse(share.Type, flags, CapabilitiesOf(context, share), access));
        return NtStatus.Success;
    }

    // [MS-SMB2] 3.3.5.7: for dialects that know what it is.
    private static ShareCapabilities CapabilitiesOf(RequestContext context, Share share) =>
        share.IsContinuouslyAvailable && context.Server.Persistent is not null && context.Connection.Dialect >= Dialect.Smb300
            ? ShareCapabilities.ContinuousAvailability
            : ShareCapabilities.None;

    // \\server\share; servers go by many names, so only the share is looked at.
    private static bool TryParsePath(string path, out string name)
    {
        name = path;
        if (!path.StartsWith(@"\\", StringComparison.Ordinal))
            return false;
        int separator = path.IndexOf('\\', 2);
        if (separator <= 2)
            return false;
        name = path[(separator + 1)..];
        return name.Length is > 0 and <= 80 && !name.Contains('\\');
    }

    private static NtStatus CheckAccess(Share share, LogonIdentity identity, out AccessMask access)
    {
        access = AccessMask.FileAll;
        if (share.IsIpc)
            return NtStatus.Success;
        if (identity.IsAnonymous || (identity.IsGuest && !share.Options!.AllowGuest))
            return NtStatus.AccessDenied;
        if (share.Options!.ConnectSecurity is { } security)
            access = AccessCheck.MaximalAccess(security, identity.Token);
        if (share.IsReadOnly)
            access &= ReadOnlyAccess;
        return access == AccessMask.None ? NtStatus.AccessDenied : NtStatus.Success;
    }

    private static StoreCaller CallerFor(Share share, LogonIdentity identity) =>
        share.Options?.ForcedCaller is { } forced
            ? forced with { IsForced = true }
            : identity.Unix is { } unix ? new StoreCaller(unix.Uid, unix.Gid, unix.Groups) : StoreCaller.Service;
}
