using System.Text;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Authentication;

/// <summary>The limits of a login as bytes, in which they go from the process that judged it to the one that serves it.</summary>
internal ref struct LoginPermissionsFields : IRecord<LoginPermissionsFields>
{
    /// <summary>More places to forward to or listen on than a line of authorized_keys may have.</summary>
    public const int MaxEndpoints = 4096;

    /// <summary>More variables than a line of authorized_keys may have.</summary>
    public const int MaxVariables = 1024;

    public bool HasCommand;
    public ReadOnlySpan<byte> Command;
    public bool Terminal;
    public bool PortForwarding;
    public bool AgentForwarding;
    public bool X11Forwarding;
    public bool UserRc;
    public bool HasPermitOpen;

    /// <summary>Hosts and ports, one after the other.</summary>
    public ReadOnlySpan<byte> PermitOpen;

    public bool HasPermitListen;

    /// <summary>Hosts and ports, one after the other.</summary>
    public ReadOnlySpan<byte> PermitListen;

    public bool HasTunnelUnit;
    public uint TunnelUnit;

    /// <summary>Names and values, each a string.</summary>
    public ReadOnlySpan<byte> Environment;

    public static void Fields<V>(ref V visit, ref LoginPermissionsFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Boolean(ref message.HasCommand);
        visit.Text(ref message.Command);
        visit.Boolean(ref message.Terminal);
        visit.Boolean(ref message.PortForwarding);
        visit.Boolean(ref message.AgentForwarding);
        visit.Boolean(ref message.X11Forwarding);
        visit.Boolean(ref message.UserRc);
        visit.Boolean(ref message.HasPermitOpen);
        visit.String(ref message.PermitOpen);
        visit.Boolean(ref message.HasPermitListen);
        visit.String(ref message.PermitListen);
        visit.Boolean(ref message.HasTunnelUnit);
        visit.UInt32(ref message.TunnelUnit);
        visit.String(ref message.Environment);
    }

    public static byte[] Write(LoginPermissions permissions)
    {
        var fields = new LoginPermissionsFields
        {
            HasCommand = permissions.Command is not null,
            Command = Encoding.UTF8.GetBytes(permissions.Command ?? ""),
            Terminal = permissions.Terminal,
            PortForwarding = permissions.PortForwarding,
            AgentForwarding = permissions.AgentForwarding,
            X11Forwarding = permissions.X11Forwarding,
            UserRc = permissions.UserRc,
            HasPermitOpen = permissions.PermitOpen is not null,
            PermitOpen = WriteEndpoints(permissions.PermitOpen),
            HasPermitListen = permissions.PermitListen is not null,
            PermitListen = WriteEndpoints(permissions.PermitListen),
            HasTunnelUnit = permissions.TunnelUnit is not null,
            TunnelUnit = (uint)(permissions.TunnelUnit ?? 0),
            Environment = WriteVariables(permissions.Environment),
        };
        return Message.WriteRecord(ref fields);
    }

    /// <exception cref="SshViolationException">The bytes are no limits.</exception>
    public static LoginPermissions Read(ReadOnlySpan<byte> bytes)
    {
        LoginPermissionsFields fields = Message.ReadRecord<LoginPermissionsFields>(bytes);
        if (fields.TunnelUnit > int.MaxValue) throw new SshViolationException(Violation.FieldMalformed, "The number of an interface is out of range.");
        return new LoginPermissions
        {
            Command = fields.HasCommand ? Encoding.UTF8.GetString(fields.Command) : null,
            Terminal = fields.Terminal,
            PortForwarding = fields.PortForwarding,
            AgentForwarding = fields.AgentForwarding,
            X11Forwarding = fields.X11Forwarding,
            UserRc = fields.UserRc,
            PermitOpen = fields.HasPermitOpen ? ReadEndpoints(fields.PermitOpen) : null,
            PermitListen = fields.HasPermitListen ? ReadEndpoints(fields.PermitListen) : null,
            TunnelUnit = fields.HasTunnelUnit ? (int)fields.TunnelUnit : null,
            Environment = ReadVariables(fields.Environment),
        };
    }

    private static byte[] WriteEndpoints(IReadOnlyList<PermittedEndpoint>? endpoints)
    {
        var bytes = new List<byte>();
        foreach (PermittedEndpoint endpoint in endpoints ?? [])
        {
            var fields = new EndpointFields { Host = Encoding.UTF8.GetBytes(endpoint.Host), Port = (uint)endpoint.Port };
            bytes.AddRange(Message.WriteRecord(ref fields));
        }

        return [.. bytes];
    }

    private static List<PermittedEndpoint> ReadEndpoints(ReadOnlySpan<byte> bytes)
    {
        var endpoints = new List<PermittedEndpoint>();
        var reader = new FieldReader(bytes);
        while (reader.Remaining > 0)
        {
            EndpointFields fields = default;
            EndpointFields.Fields(ref reader, ref fields);
            if (fields.Port > ushort.MaxValue || endpoints.Count == MaxEndpoints) throw new SshViolationException(Violation.FieldMalformed, "A list of permitted places is too long or has a port that is none.");
            endpoints.Add(new PermittedEndpoint(Encoding.UTF8.GetString(fields.Host), (int)fields.Port));
        }

        return endpoints;
    }

    private static byte[] WriteVariables(IReadOnlyList<KeyValuePair<string, string>> variables)
    {
        var bytes = new List<byte>();
        foreach ((string name, string value) in variables)
        {
            var fields = new VariableFields { Name = Encoding.UTF8.GetBytes(name), Value = Encoding.UTF8.GetBytes(value) };
            bytes.AddRange(Message.WriteRecord(ref fields));
        }

        return [.. bytes];
    }

    private static List<KeyValuePair<string, string>> ReadVariables(ReadOnlySpan<byte> bytes)
    {
        var variables = new List<KeyValuePair<string, string>>();
        var reader = new FieldReader(bytes);
        while (reader.Remaining > 0)
        {
            VariableFields fields = default;
            VariableFields.Fields(ref reader, ref fields);
            if (variables.Count == MaxVariables) throw new SshViolationException(Violation.FieldMalformed, "A login has too many variables.");
            variables.Add(new(Encoding.UTF8.GetString(fields.Name), Encoding.UTF8.GetString(fields.Value)));
        }

        return variables;
    }

    private ref struct EndpointFields : IRecord<EndpointFields>
    {
        public ReadOnlySpan<byte> Host;
        public uint Port;

        public static void Fields<V>(ref V visit, ref EndpointFields message)
            where V : IFieldVisitor, allows ref struct
        {
            visit.Text(ref message.Host);
            visit.UInt32(ref message.Port);
        }
    }

    private ref struct VariableFields : IRecord<VariableFields>
    {
        public ReadOnlySpan<byte> Name;
        public ReadOnlySpan<byte> Value;

        public static void Fields<V>(ref V visit, ref VariableFields message)
            where V : IFieldVisitor, allows ref struct
        {
            visit.Text(ref message.Name);
            visit.Text(ref message.Value);
        }
    }
}
