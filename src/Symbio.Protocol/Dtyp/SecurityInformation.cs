namespace Symbio.Protocol.Dtyp;

/// <summary>SECURITY_INFORMATION, [MS-DTYP] 2.4.7: which parts of a security descriptor are meant.</summary>
[Flags]
public enum SecurityInformation : uint
{
    None = 0,
    /// <summary>OWNER_SECURITY_INFORMATION</summary>
    Owner = 0x00000001,
    /// <summary>GROUP_SECURITY_INFORMATION</summary>
    Group = 0x00000002,
    /// <summary>DACL_SECURITY_INFORMATION</summary>
    Dacl = 0x00000004,
    /// <summary>SACL_SECURITY_INFORMATION: the audit entries.</summary>
    Sacl = 0x00000008,
    /// <summary>LABEL_SECURITY_INFORMATION: the mandatory label in the SACL.</summary>
    Label = 0x00000010,
    /// <summary>ATTRIBUTE_SECURITY_INFORMATION: the resource attributes in the SACL.</summary>
    Attribute = 0x00000020,
    /// <summary>SCOPE_SECURITY_INFORMATION: the central policy in the SACL.</summary>
    Scope = 0x00000040,
    /// <summary>BACKUP_SECURITY_INFORMATION: all of it.</summary>
    Backup = 0x00010000,
    /// <summary>UNPROTECTED_SACL_SECURITY_INFORMATION</summary>
    UnprotectedSacl = 0x10000000,
    /// <summary>UNPROTECTED_DACL_SECURITY_INFORMATION</summary>
    UnprotectedDacl = 0x20000000,
    /// <summary>PROTECTED_SACL_SECURITY_INFORMATION</summary>
    ProtectedSacl = 0x40000000,
    /// <summary>PROTECTED_DACL_SECURITY_INFORMATION</summary>
    ProtectedDacl = 0x80000000,
}

/// <summary>SECURITY_DESCRIPTOR.Control, [MS-DTYP] 2.4.6.</summary>
[Flags]
public enum SecurityDescriptorControl : ushort
{
    None = 0,
    /// <summary>OD, SE_OWNER_DEFAULTED</summary>
    OwnerDefaulted = 0x0001,
    /// <summary>GD, SE_GROUP_DEFAULTED</summary>
    GroupDefaulted = 0x0002,
    /// <summary>DP, SE_DACL_PRESENT</summary>
    DaclPresent = 0x0004,
    /// <summary>DD, SE_DACL_DEFAULTED</summary>
    DaclDefaulted = 0x0008,
    /// <summary>SP, SE_SACL_PRESENT</summary>
    SaclPresent = 0x0010,
    /// <summary>SD, SE_SACL_DEFAULTED</summary>
    SaclDefaulted = 0x0020,
    /// <summary>DT: Server Trusted.</summary>
    DaclTrusted = 0x0040,
    /// <summary>SS: Server Security.</summary>
    ServerSecurity = 0x0080,
    /// <summary>DC, SE_DACL_AUTO_INHERIT_REQ</summary>
    DaclAutoInheritRequired = 0x0100,
    /// <summary>SC, SE_SACL_AUTO_INHERIT_REQ</summary>
    SaclAutoInheritRequired = 0x0200,
    /// <summary>DI, SE_DACL_AUTO_INHERITED</summary>
    DaclAutoInherited = 0x0400,
    /// <summary>SI, SE_SACL_AUTO_INHERITED</summary>
    SaclAutoInherited = 0x0800,
    /// <summary>PD, SE_DACL_PROTECTED: nothing is inherited into the DACL.</summary>
    DaclProtected = 0x1000,
    /// <summary>PS, SE_SACL_PROTECTED</summary>
    SaclProtected = 0x2000,
    /// <summary>RM, SE_RM_CONTROL_VALID</summary>
    RmControlValid = 0x4000,
    /// <summary>SR, SE_SELF_RELATIVE: always set on the wire.</summary>
    SelfRelative = 0x8000,
}
