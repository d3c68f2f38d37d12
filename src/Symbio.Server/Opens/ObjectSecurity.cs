using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Storage;

namespace Symbio.Server.Opens;

/// <summary>Security descriptors of stored objects, and the rights that follow from them.</summary>
internal static class ObjectSecurity
{
    /// <summary>An object's descriptor. One that cannot be understood lets nobody in but the owner it cannot name.</summary>
    public static async ValueTask<(NtStatus Status, SecurityDescriptor? Descriptor)> ReadAsync(
        IStoreFile file, CancellationToken cancellationToken)
    {
        (NtStatus status, ReadOnlyMemory<byte> bytes) =
            await file.GetSecurityDescriptorAsync(cancellationToken).ConfigureAwait(false);
        if (status.IsError)
            return (status, null);
        return SecurityDescriptor.TryRead(bytes, out SecurityDescriptor? descriptor)
            ? (NtStatus.Success, descriptor)
            : (NtStatus.InvalidSecurityDescr, null);
    }

    /// <summary>The descriptor was made up by the store from rights of another kind.</summary>
    public static bool IsMadeUp(SecurityDescriptor descriptor) =>
        (descriptor.Control & SecurityDescriptorControl.DaclDefaulted) != 0;

    /// <summary>As clients see it and as it is stored: the mark of one that was made up is the store's word to the server.</summary>
    public static SecurityDescriptor WithoutMark(SecurityDescriptor descriptor) =>
        descriptor with { Control = descriptor.Control & ~SecurityDescriptorControl.DaclDefaulted };

    /// <summary>
    /// With the DACL of a creator who has not given one, nor has the directory: Token.DefaultDACL, [MS-DTYP] 2.5.3.4.1, as
    /// Windows' tokens have it.
    /// </summary>
    public static SecurityDescriptor WithDefaultDacl(SecurityDescriptor descriptor)
    {
        Acl dacl = SecurityDescriptor.Create(
            descriptor.Owner!, descriptor.Group!,
            Ace.Allow(descriptor.Owner!, AccessMask.FileAll), Ace.Allow(Sid.LocalSystem, AccessMask.FileAll)).Dacl!;
        return descriptor with { Control = descriptor.Control | SecurityDescriptorControl.DaclPresent, Dacl = dacl };
    }

    /// <summary>
    /// Rights on a file that a made-up descriptor leaves out: rwx say nothing of FILE_EXECUTE to a client, which only reads,
    /// and FILE_DELETE_CHILD of a file means nothing. Without them nobody could have all rights to what he has created.
    /// </summary>
    public static AccessMask FromMode(SecurityDescriptor descriptor, SecurityToken token, bool isDirectory)
    {
        if (isDirectory || !IsMadeUp(descriptor))
            return AccessMask.None;
        AccessMask access = AccessCheck.MaximalAccess(descriptor, token);
        AccessMask extra = AccessMask.None;
        if ((access & AccessMask.ReadData) != 0)
            extra |= AccessMask.Execute;
        if ((access & AccessMask.WriteData) != 0)
            extra |= AccessMask.DeleteChild;
        return extra;
    }

    /// <summary>
    /// Rights on an object that come from rights on its directory, [MS-FSA] 2.1.5.1.2.1: FILE_DELETE_CHILD allows to
    /// delete it, FILE_LIST_DIRECTORY to read its attributes.
    /// </summary>
    public static AccessMask FromParent(SecurityDescriptor parent, SecurityToken token)
    {
        AccessMask onParent = AccessCheck.MaximalAccess(parent, token);
        AccessMask extra = AccessMask.None;
        if ((onParent & AccessMask.DeleteChild) != 0)
            extra |= AccessMask.Delete;
        if ((onParent & AccessMask.ListDirectory) != 0)
            extra |= AccessMask.ReadAttributes;
        return extra;
    }
}
