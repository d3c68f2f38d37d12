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
