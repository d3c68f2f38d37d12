// Everything that crosses to libc is blittable; the marshaller has nothing to add.
[assembly: System.Runtime.CompilerServices.DisableRuntimeMarshalling]
