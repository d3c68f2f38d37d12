namespace Symbio.Protocol.Dtyp;

/// <summary>ACE_HEADER.AceType, [MS-DTYP] 2.4.4.1.</summary>
public enum AceType : byte
{
    /// <summary>ACCESS_ALLOWED_ACE_TYPE</summary>
    AccessAllowed = 0x00,
    /// <summary>ACCESS_DENIED_ACE_TYPE</summary>
    AccessDenied = 0x01,
    /// <summary>SYSTEM_AUDIT_ACE_TYPE</summary>
    SystemAudit = 0x02,
    /// <summary>SYSTEM_ALARM_ACE_TYPE</summary>
    SystemAlarm = 0x03,
    /// <summary>ACCESS_ALLOWED_COMPOUND_ACE_TYPE</summary>
    AccessAllowedCompound = 0x04,
    /// <summary>ACCESS_ALLOWED_OBJECT_ACE_TYPE</summary>
    AccessAllowedObject = 0x05,
    /// <summary>ACCESS_DENIED_OBJECT_ACE_TYPE</summary>
    AccessDeniedObject = 0x06,
    /// <summary>SYSTEM_AUDIT_OBJECT_ACE_TYPE</summary>
    SystemAuditObject = 0x07,
    /// <summary>SYSTEM_ALARM_OBJECT_ACE_TYPE</summary>
    SystemAlarmObject = 0x08,
    /// <summary>ACCESS_ALLOWED_CALLBACK_ACE_TYPE</summary>
    AccessAllowedCallback = 0x09,
    /// <summary>ACCESS_DENIED_CALLBACK_ACE_TYPE</summary>
    AccessDeniedCallback = 0x0A,
    /// <summary>ACCESS_ALLOWED_CALLBACK_OBJECT_ACE_TYPE</summary>
    AccessAllowedCallbackObject = 0x0B,
    /// <summary>ACCESS_DENIED_CALLBACK_OBJECT_ACE_TYPE</summary>
    AccessDeniedCallbackObject = 0x0C,
    /// <summary>SYSTEM_AUDIT_CALLBACK_ACE_TYPE</summary>
    SystemAuditCallback = 0x0D,
    /// <summary>SYSTEM_ALARM_CALLBACK_ACE_TYPE</summary>
    SystemAlarmCallback = 0x0E,
    /// <summary>SYSTEM_AUDIT_CALLBACK_OBJECT_ACE_TYPE</summary>
    SystemAuditCallbackObject = 0x0F,
    /// <summary>SYSTEM_ALARM_CALLBACK_OBJECT_ACE_TYPE</summary>
    SystemAlarmCallbackObject = 0x10,
    /// <summary>SYSTEM_MANDATORY_LABEL_ACE_TYPE</summary>
    SystemMandatoryLabel = 0x11,
    /// <summary>SYSTEM_RESOURCE_ATTRIBUTE_ACE_TYPE</summary>
    SystemResourceAttribute = 0x12,
    /// <summary>SYSTEM_SCOPED_POLICY_ID_ACE_TYPE</summary>
    SystemScopedPolicyId = 0x13,
}

/// <summary>ACE_HEADER.AceFlags, [MS-DTYP] 2.4.4.1.</summary>
[Flags]
public enum AceFlags : byte
{
    None = 0,
    /// <summary>OBJECT_INHERIT_ACE: files below inherit it.</summary>
    ObjectInherit = 0x01,
    /// <summary>CONTAINER_INHERIT_ACE: directories below inherit it.</summary>
    ContainerInherit = 0x02,
    /// <summary>NO_PROPAGATE_INHERIT_ACE: children inherit it, grandchildren do not.</summary>
    NoPropagateInherit = 0x04,
    /// <summary>INHERIT_ONLY_ACE: it does not control access to the object that bears it.</summary>
    InheritOnly = 0x08,
    /// <summary>INHERITED_ACE: it came from a parent.</summary>
    Inherited = 0x10,
    /// <summary>SUCCESSFUL_ACCESS_ACE_FLAG</summary>
    SuccessfulAccess = 0x40,
    /// <summary>FAILED_ACCESS_ACE_FLAG</summary>
    FailedAccess = 0x80,
}
